// What users of @fal-ai/client write, for each of the releases named: nothing in it knows of a sandbox.
for (const name of process.argv.slice(2)) {
  const { createFalClient, fal } = await import(name)
  const said = []
  said.push((await fal.run("local/demo", { input: { a: 1 } })).data)
  said.push((await fal.subscribe("local/demo", { input: { b: 2 } })).data)
  const stream = await fal.stream("local/demo", { input: { c: 3 } })
  said.push(await stream.done())
  const url = await fal.storage.upload(new Blob(["a picture"], { type: "image/png" }))
  said.push(await (await fetch(new Request(url))).text())
  await new Promise((resolve, reject) => {
    const connection = createFalClient().realtime.connect("local/demo", {
      onResult: ({ d }) => {
        said.push({ d })
        connection.close()
        resolve()
      },
      onError: reject
    })
    connection.send({ d: 4 })
  })
  console.log(name, JSON.stringify(said))
}
// Addresses of the platform in other forms: a file that is not there, a call without a key.
for (const address of [new URL("https://v3.fal.media/files/none"), new Request("https://queue.fal.run/local/none")]) {
  console.log((await fetch(address, { method: "GET" })).status)
}
// The client's timer for its next token would keep the process for two minutes.
process.exit(0)

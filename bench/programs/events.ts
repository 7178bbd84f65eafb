// `events.ts URL KEY`: follows the event stream of a sandbox as a page does, until it is killed. Says in a line of JSON how many
// milliseconds the first message took.
const [url = "", key = ""] = process.argv.slice(2)
const startedMs = performance.now()
const response = await fetch(url, { headers: { authorization: `Key ${key}` } })
if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
const decoder = new TextDecoder()
let isFirst = true
for await (const chunk of response.body!) {
  if (isFirst && decoder.decode(chunk).includes("\n\n")) {
    isFirst = false
    process.stdout.write(`${performance.now() - startedMs}\n`)
  }
}

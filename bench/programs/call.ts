// `call.ts METHOD URL KEY [JSON]`: sends one request, unless by GET with that or an empty JSON object, and prints how long its answer took, in
// milliseconds. A process of its own: what the server does after it has answered is not the caller's time.
const [method = "POST", url = "", key = "", body = "{}"] = process.argv.slice(2)
const headers = { authorization: `Key ${key}`, "content-type": "application/json" }
const startedMs = performance.now()
const response = await fetch(url, { method, headers, ...(method === "GET" ? {} : { body }) })
const ms = performance.now() - startedMs
if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
process.stdout.write(JSON.stringify(ms))

// Points the npm package @fal-ai/client at a sandbox, unmodified: eval "$(ebb env)" && bun examples/fal-client.ts
import { createFalClient } from "@fal-ai/client"

const sandbox = `http://${process.env["FAL_GRPC_HOST"] ?? "localhost:8787"}`
const credentials = process.env["FAL_KEY"] ?? ""
const app = "local/demo"

// The package's addresses are fixed. Each of them is a path of the sandbox: https://queue.fal.run/x is SANDBOX/queue.fal.run/x.
const toSandbox = (url: string): string => url.replace(/^(https|wss):\/\//, `${sandbox}/`)

const client = createFalClient({
  credentials,
  requestMiddleware: async (request) => ({ ...request, url: toSandbox(request.url) })
})

const { data } = await client.run(app, { input: { prompt: "direct" } })
console.log("run", JSON.stringify(data))

const queued = await client.subscribe(app, { input: { prompt: "queued" } })
console.log("subscribe", JSON.stringify(queued.data))

const stream = await client.stream(app, { input: { prompt: "streamed" } })
for await (const event of stream) if ("prompt" in event) console.log("stream", JSON.stringify(event))

const file = await client.storage.upload(new Blob(["hello"], { type: "text/plain" }))
console.log("upload", await (await fetch(file)).text())

// Of a WebSocket the package lets nobody change the address: its constructor is replaced.
const OwnWebSocket = globalThis.WebSocket
globalThis.WebSocket = class extends OwnWebSocket {
  constructor(url: string | URL) {
    super(toSandbox(String(url)).replace("http", "ws"))
  }
}

const tokenProvider = async (): Promise<string> => {
  const headers = { authorization: `Key ${credentials}` }
  const body = JSON.stringify({ allowed_apps: [app], token_expiration: 120 })
  return String(await (await fetch(`${sandbox}/rest.fal.ai/tokens/`, { method: "POST", headers, body })).json())
}

await new Promise<void>((resolve, reject) => {
  const connection = client.realtime.connect(app, {
    tokenProvider,
    onResult: (result) => {
      console.log("realtime", JSON.stringify(result))
      connection.close()
      resolve()
    },
    onError: reject
  })
  connection.send({ prompt: "spoken" })
})

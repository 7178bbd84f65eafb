// Bun's HTTP server with nothing behind it: it answers what it is sent.
const { port } = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 0,
  fetch: async (request) => {
    const body = await request.arrayBuffer()
    return new Response(body, { headers: { "content-type": request.headers.get("content-type") ?? "" } })
  }
})
process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}/`, key: "" })}\n`)

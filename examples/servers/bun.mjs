// A server that drains, in Bun: ebb check -- bun examples/servers/bun.mjs
const server = Bun.serve({
  port: process.env.PORT,
  fetch: async () => {
    await Bun.sleep(500)
    return new Response("done\n")
  }
})

process.on("SIGTERM", async () => {
  await server.stop()
  process.exit(0)
})

// A WebSocket server that answers each message in capitals after as many milliseconds as it says; told to go, it answers first.
let working = 0
let isLeaving = false

const left = (): void => {
  if (isLeaving && working === 0) process.exit(0)
}

process.on("SIGTERM", () => {
  isLeaving = true
  left()
})

Bun.serve({
  port: Number(process.env["PORT"]),
  hostname: "127.0.0.1",
  fetch: (request, server) =>
    server.upgrade(request) ? undefined : new Response("a WebSocket is wanted", { status: 426 }),
  websocket: {
    message: async (socket, message) => {
      working++
      await Bun.sleep(Number(/\d+/.exec(String(message))?.[0] ?? 0))
      socket.send(String(message).toUpperCase())
      working--
      left()
    }
  }
})

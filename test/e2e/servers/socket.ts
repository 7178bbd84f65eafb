// A WebSocket server that answers each message in capitals.
Bun.serve({
  port: Number(process.env["PORT"]),
  hostname: "127.0.0.1",
  fetch: (request, server) =>
    server.upgrade(request) ? undefined : new Response("a WebSocket is wanted", { status: 426 }),
  websocket: { message: (socket, message) => void socket.send(String(message).toUpperCase()) }
})

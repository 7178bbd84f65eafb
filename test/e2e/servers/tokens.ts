// A WebSocket server that answers "PIECES GAP [end|timings|close CODE]" in so many messages, so many milliseconds apart, and then
// marks the end as asked for: by the framing, by the timings of the platform's app server, or by closing with that code.
const marks: Readonly<Record<string, string>> = {
  end: JSON.stringify({ type: "end" }),
  timings: JSON.stringify({ type: "x-fal-message", action: "timings", timing: 0.1 })
}

Bun.serve({
  port: Number(process.env["PORT"]),
  hostname: "127.0.0.1",
  fetch: (request, server) =>
    server.upgrade(request) ? undefined : new Response("a WebSocket is wanted", { status: 426 }),
  websocket: {
    message: async (socket, message) => {
      const [pieces = "1", gap = "0", mark = "", code = "1000"] = String(message).split(" ")
      for (let piece = 1; piece <= Number(pieces); piece++) {
        await Bun.sleep(Number(gap))
        socket.send(`${piece} of ${pieces}`)
      }
      if (mark === "close") return socket.close(Number(code))
      const text = marks[mark]
      if (text !== undefined) socket.send(text)
    }
  }
})

// Told to go it stays until it is killed: its connections are the platform's to close.
process.on("SIGTERM", () => {})

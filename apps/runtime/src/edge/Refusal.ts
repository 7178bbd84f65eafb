import type { Duplex } from "node:stream"

/** Answers a wish for another protocol with an ordinary answer, and ends the connection. */
export const refuse = async (socket: Duplex, response: Response): Promise<void> => {
  const body = Buffer.from(await response.arrayBuffer())
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`).join("")
  const head = `HTTP/1.1 ${response.status} ${response.statusText}\r\n${headers}content-length: ${body.length}\r\nconnection: close\r\n\r\n`
  socket.end(Buffer.concat([Buffer.from(head), body]))
}

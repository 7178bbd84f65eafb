import { HttpResponse } from "@ebb/drain-check/HttpResponse"
import { assert, describe, it } from "@effect/vitest"

const head = (...fields: ReadonlyArray<string>): string => `HTTP/1.1 200 OK\r\n${fields.join("\r\n")}\r\n\r\n`

const follow = (text: string, method = "GET"): HttpResponse => {
  const response = new HttpResponse(method)
  for (const byte of Buffer.from(text)) response.push(Buffer.from([byte]))
  return response
}

describe("a response is whole", () => {
  it.each([
    ["with the last byte of its length", `${head("Content-Length: 4")}done`],
    ["at once when its length is 0", head("content-length: 0")],
    ["with its last chunk", `${head("Transfer-Encoding: chunked")}4;x=y\r\ndone\r\nA\r\n0123456789\r\n0\r\n\r\n`],
    ["behind its trailer", `${head("Transfer-Encoding: chunked")}0\r\nA: b\r\n\r\n`],
    ["without a body", "HTTP/1.1 204 No Content\r\n\r\n"],
    ["behind an interim answer", `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${head("Content-Length: 1")}x`]
  ])("%s, and not one byte earlier", (_, text) => {
    assert.isTrue(follow(text).isWhole)
    assert.isFalse(follow(text.slice(0, -1)).isWhole)
  })

  it("without its body after HEAD", () => {
    assert.isTrue(follow(head("Content-Length: 4"), "HEAD").isWhole)
  })

  it("when the connection is closed, if nothing else ends it", () => {
    const response = follow(`${head()}some`)
    assert.isFalse(response.isWhole)
    response.finish()
    assert.isTrue(response.isWhole)
  })

  it("never when the connection is closed too early", () => {
    const response = follow(`${head("Content-Length: 4")}don`)
    response.finish()
    assert.isFalse(response.isWhole)
  })
})

describe("a connection is kept", () => {
  const keepsOpen = (text: string): boolean => follow(text).keepsOpen

  it("by HTTP/1.1 unless it says otherwise", () => {
    assert.isTrue(keepsOpen(head("Content-Length: 0")))
    assert.isFalse(keepsOpen(head("Connection: Close", "Content-Length: 0")))
  })

  it("by HTTP/1.0 only where it says so", () => {
    assert.isFalse(keepsOpen("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"))
    assert.isTrue(keepsOpen("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"))
  })
})

import * as ServerEvents from "@ebb/protocol/rest/ServerEvents"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import fc from "fast-check"

const bodyOf = (chunks: ReadonlyArray<Uint8Array<ArrayBuffer>>, error?: Error) =>
  new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk)
      if (error === undefined) controller.close()
      else controller.error(error)
    }
  })

const received = (chunks: ReadonlyArray<Uint8Array<ArrayBuffer>>, error?: Error) =>
  Effect.runPromise(Stream.runCollect(ServerEvents.stream(bodyOf(chunks, error))))

const bytes = (text: string) => new TextEncoder().encode(text)

/** The bytes cut at those places, which may lie within a character. */
const cutAt = (all: Uint8Array<ArrayBuffer>, places: ReadonlyArray<number>): ReadonlyArray<Uint8Array<ArrayBuffer>> => {
  const cuts = [...new Set([0, ...places.map((place) => place % (all.length + 1)), all.length])].toSorted(
    (a, b) => a - b
  )
  return cuts.slice(1).map((end, at) => all.slice(cuts[at], end))
}

describe("server-sent events", () => {
  it("are told by their data, however their bytes arrive", async () => {
    const texts = fc.array(fc.string({ unit: "binary", maxLength: 20 }).map((text) => JSON.stringify(text)))
    const places = fc.array(fc.nat(), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(texts, places, async (data, cuts) => {
        const body = bytes(data.map((one) => `event: message\ndata: ${one}\n\n: still here\n\n`).join(""))
        assert.deepStrictEqual([...(await received(cutAt(body, cuts)))], data)
      }),
      { numRuns: 100 }
    )
  })
  it("join the lines of one event, and leave out what the connection cut off", async () => {
    assert.deepStrictEqual([...(await received([bytes("data: a\r\ndata: b\r\n\r\ndata: half")]))], ["a\nb"])
  })
  it("end where the connection breaks, or say so where that matters", async () => {
    assert.deepStrictEqual([...(await received([], new Error("reset")))], [])
    const broken = Effect.flip(Stream.runDrain(ServerEvents.whole(bodyOf([bytes("data: a\n\n")], new Error("reset")))))
    assert.strictEqual((await Effect.runPromise(broken)).message, "The connection broke")
  })
})

import { Answer, type Digest } from "@ebb/drain-check/client/Answer"
import * as Wholeness from "@ebb/drain-check/client/Wholeness"
import { assert, it } from "@effect/vitest"

const digestOf = (contentType: string, text: string, headers = {}): Digest => {
  const answer = new Answer(null)
  answer.begin(200, { "content-type": contentType, ...headers })
  answer.push(Buffer.from(text))
  answer.end([])
  return answer.digest()
}

const events = (count: number, end = "data: [DONE]\n\n"): Digest =>
  digestOf("text/event-stream", `${"data: token\n\n".repeat(count)}${end}`)

const whole = Wholeness.usual(Array.from({ length: 6 }, () => events(8)))

it("a stream that is shorter and ends as all do is whole: it may follow a clock, or say less", () => {
  assert.isNull(Wholeness.shortBy(whole, events(6)))
})

it("one without that end is not, however long it is", () => {
  assert.strictEqual(Wholeness.shortBy(whole, events(8, "")), "last line")
})

it("nor is one that ends as all do after a small part of what is usual", () => {
  assert.strictEqual(Wholeness.shortBy(whole, events(2)), "events")
})

it("where no end is known a shorter stream is half of one", () => {
  const numbered = Array.from({ length: 6 }, (_, at) => events(8, `data: ${at}\n\n`))
  assert.strictEqual(Wholeness.shortBy(Wholeness.usual(numbered), events(6, "data: 9\n\n")), "events")
})

it("an answer of another kind is no half one", () => {
  const json = (value: unknown) => digestOf("application/json; charset=utf-8", JSON.stringify(value))
  const usual = Wholeness.usual([1, 2, 3, 4, 5].map((n) => json({ ok: true, n, words: "a few words" })))
  const moved = { ...digestOf("", ""), status: 302 }
  assert.strictEqual(Wholeness.shortBy(usual, moved), "status")
  assert.strictEqual(Wholeness.usualText(usual, "status"), "200")
  assert.strictEqual(Wholeness.shortBy(usual, digestOf("text/html", "<html>Sorry</html>")), "content type")
  assert.strictEqual(Wholeness.shortBy(usual, json({ error: 1 })), "keys")
  assert.isNull(Wholeness.shortBy(usual, json({ error: "in a few words, it is shutting down" })))
  assert.isTrue(Wholeness.lacksKeys(usual, json({ error: "in a few words, it is shutting down" })))
  assert.isFalse(Wholeness.lacksKeys(usual, json({ words: "none", ok: true, n: 6, more: 1 })))
})

it("half an answer can be told where the others have an end or a length in common, or it says itself", () => {
  const text = (length: number, headers = {}) => digestOf("text/plain", "x".repeat(length), headers)
  const of = (...digests: ReadonlyArray<Digest>) => Wholeness.usual(digests)
  const varied = of(...[90, 120, 200, 340, 500].map((length) => text(length)))
  const streams = of(...[4, 7, 12, 20, 30].map((count) => events(count, `data: ${count}\n\n`)))
  assert.isTrue(Wholeness.canTell(whole, events(8)))
  assert.isFalse(Wholeness.canTell(varied, text(50)))
  assert.isTrue(Wholeness.canTell(varied, text(50, { "content-length": "50" })))
  assert.isTrue(Wholeness.canTell(of(...[100, 101, 104, 100, 103].map((length) => text(length))), text(50)))
  assert.isFalse(Wholeness.canTell(of(text(100), text(100)), text(100)))
  assert.isFalse(Wholeness.canTell(streams, events(5, "data: 5\n\n")))
  // Half a stream of the same lines ends with one of them.
  assert.isFalse(Wholeness.canTell(of(...[4, 7, 12, 20, 30].map((count) => events(count, ""))), events(5, "")))
  assert.isTrue(Wholeness.canTell(of(), digestOf("application/json", "{}")))
})

it("an answer in JSON that parses may be short", () => {
  const list = (count: number) => digestOf("application/json", JSON.stringify(Array.from({ length: count }, () => 1)))
  const usual = Wholeness.usual(Array.from({ length: 6 }, () => list(50)))
  assert.isNull(Wholeness.shortBy(usual, list(40)))
  assert.strictEqual(Wholeness.shortBy(usual, digestOf("application/json", "[1,1")), "JSON")
})

it("events are separated by CRLF too, which may come in pieces", () => {
  const answer = new Answer(null)
  answer.begin(200, { "content-type": "text/event-stream" })
  for (const piece of ["data: a\r\n\r", "\ndata: b\r", "\n\r\ndata: c\r\n\r\n", "data: d\n", "\n"])
    answer.push(Buffer.from(piece))
  answer.end([])
  assert.strictEqual(answer.digest().events, 4)
  const alike = digestOf("text/event-stream", "data: a\r\n\r\ndata: a\r\n\r\n")
  assert.isFalse(alike.isLastLineNew)
})

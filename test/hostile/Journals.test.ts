import { Schema } from "effect"
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { Ebb } from "../e2e/Ebb.ts"

let ebb: Ebb
beforeEach(async () => {
  ebb = new Ebb()
  await ebb.up()
  await ebb.serving("demo", 1)
})
afterEach(() => ebb.remove())

const journals = (): ReadonlyArray<string> =>
  readdirSync(join(ebb.data, "journal"))
    .toSorted()
    .map((name) => join(ebb.data, "journal", name))

const answerOf = (id: string): Promise<Response> =>
  fetch(`${ebb.url}/queue.fal.run/local/demo/requests/${id}`, { headers: { authorization: `Key ${ebb.key}` } })

/** Every one of them was acknowledged and has its result. */
const expectKept = async (ids: ReadonlyArray<string>): Promise<void> => {
  for (const id of ids) {
    const { status } = await ebb.until(
      () => answerOf(id),
      (answer) => answer.status !== 400
    )
    expect(status).toBe(200)
  }
}

const decodeAck = Schema.decodeUnknownSync(Schema.Struct({ request_id: Schema.String }))

const submit = async (): Promise<string> => {
  const headers = { authorization: `Key ${ebb.key}`, "x-ebb-service": "5ms" }
  const answer = await fetch(`${ebb.url}/queue.fal.run/local/demo`, { method: "POST", headers, body: "{}" })
  return decodeAck(await answer.json()).request_id
}

const submitAll = async (): Promise<ReadonlyArray<string>> => {
  const ids: Array<string> = []
  for (let n = 0; n < 20; n++) ids.push(await submit())
  return ids
}

/** Turns over one bit every so often. */
const flipped = (file: string, everyBytes: number): void => {
  const bytes = readFileSync(file)
  for (let at = Math.floor(bytes.length / 3); at < bytes.length; at += everyBytes) bytes[at]! ^= 4
  writeFileSync(file, bytes)
}

const ways: ReadonlyArray<readonly [string, (file: string) => void]> = [
  ["cut off in the middle of a line", (file) => truncateSync(file, Math.floor(readFileSync(file).length / 2))],
  ["with bits turned over", (file) => flipped(file, 100)],
  ["with one bit turned over", (file) => flipped(file, 2 ** 30)],
  ["of zeros at its end, as a power cut leaves it", (file) => writeFileSync(file, Buffer.alloc(4096), { flag: "a" })],
  ["that is empty", (file) => truncateSync(file, 0)]
]

/** What `ebb replay` says of it: one sentence. */
const expectRejected = (file: string): void => {
  const { code, stderr } = ebb.run("replay", file)
  expect([code, stderr]).toEqual([1, expect.stringMatching(/is rejected: line \d+: [^\n]+\n$/)])
  expect(stderr.trim().split("\n")).toHaveLength(1)
}

test.each(ways)(
  "the journal of a killed run %s: the next run starts, with all that was acknowledged",
  async (_, damage) => {
    const ids = await submitAll()
    await expectKept(ids.slice(0, 10))
    await ebb.kill()
    const [file] = journals()
    damage(file!)
    await ebb.up()
    await expectKept(ids)
    expectRejected(file!)
    expect(ebb.log).not.toMatch(/\n\s+at /)
  }
)

test.each([...ways.slice(0, 3), ["that is gone", (file: string) => rmSync(file)] as const])(
  "the journal of the running sandbox %s: it goes on, and an export is none that is believed",
  async (_, damage) => {
    const ids = await submitAll()
    await expectKept(ids)
    damage(journals().at(-1)!)
    await expectKept(await submitAll())
    const exported = join(ebb.data, "exported.jsonl")
    const { code } = ebb.run("journal", "export", exported)
    if (code === 0) expectRejected(exported)
    expect((await ebb.direct("local/demo", { service: "5ms" })).status).toBe(200)
    expect(ebb.log).not.toMatch(/\n\s+at /)
  }
)

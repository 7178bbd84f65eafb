import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const ebb = new Ebb()
const app = "pieces"

beforeAll(async () => {
  const file = join(ebb.data, `${app}.yaml`)
  const spec = `
app: { name: ${app}, max_multiplexing: 4, termination_grace_period: 4s }
scaling: { min_concurrency: 1, max_concurrency: 2 }
runner: { command: [${process.execPath}, ${join(import.meta.dirname, "servers/tokens.ts")}] }
`
  writeFileSync(file, spec)
  await ebb.up(file)
})

afterAll(() => ebb.remove())

/** A session with the app of this test: what it has been told, and with which code it was closed. */
const session = async () => {
  await ebb.serving(app, 1)
  const url = `${ebb.url.replace("http", "ws")}/fal.run/local/${app}/realtime`
  const socket: WebSocket = Reflect.construct(WebSocket, [url, { headers: { authorization: `Key ${ebb.key}` } }])
  const told: Array<string> = []
  let wake = () => {}
  let code: number | null = null
  socket.onmessage = ({ data }) => {
    told.push(String(data))
    wake()
  }
  socket.onclose = (event) => {
    code = event.code
    wake()
  }
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise<void>((resolve) => (wake = resolve))
  }
  await new Promise((resolve) => (socket.onopen = resolve))
  const closed = async () => {
    await until(() => code !== null)
    return code
  }
  return { closed, send: (text: string) => socket.send(text), told, until }
}

const roll = (...more: ReadonlyArray<string>) => expect(ebb.run("apps", "rollout", app, ...more).code).toBe(0)
/** What became of the newest session. */
const outcome = async () => {
  const settled = await ebb.until(
    () => ebb.ledger(app),
    (rows) => [...rows.values()].every((row) => row.outcome !== null)
  )
  const [newest] = [...settled.values()].toSorted((a, b) => b.number - a.number)
  return [newest?.outcome, newest?.errorType]
}

test("an answer of several messages is whole when the app is quiet: a graceful rollout waits for all of it", async () => {
  const { closed, send, told, until } = await session()
  send("8 100")
  await until(() => told.length === 2)
  roll()
  expect(await closed()).toBe(1012)
  expect(told).toHaveLength(8)
  expect(await ebb.finished()).toMatchObject({ inFlight: { atStart: 1, drained: 1, errored: 0 }, messagesLost: 0 })
})

for (const mark of ["end", "timings"]) {
  test(`an answer whose end the app marks by ${mark} is whole then, with no wait for quiet`, async () => {
    const { closed, send, told, until } = await session()
    send(`2 10 ${mark}`)
    await until(() => told.length === 3)
    // Between two pieces of this one lies more than the quiet that would end an unmarked answer.
    send(`2 1300 ${mark}`)
    await until(() => told.length === 4)
    roll()
    expect(await closed()).toBe(1012)
    expect(told).toHaveLength(6)
    expect(await ebb.finished()).toMatchObject({ inFlight: { atStart: 1, drained: 1 }, messagesLost: 0 })
  })
}

test("an answer that outlasts the grace period is lost, and the session with it", async () => {
  const { closed, send, told, until } = await session()
  send("20000 50")
  await until(() => told.length === 1)
  roll()
  expect(await closed()).toBe(1011)
  expect(await ebb.finished()).toMatchObject({ inFlight: { atStart: 1, drained: 0, errored: 1 }, messagesLost: 1 })
})

test("by force each message under way is lost and counted, the session once", async () => {
  const { closed, send, told, until } = await session()
  send("1 10")
  await until(() => told.length === 1)
  for (let n = 0; n < 3; n++) send("1 60000")
  send("1 10")
  await until(() => told.length === 2)
  roll("--force")
  expect(await closed()).toBe(1011)
  expect(await ebb.finished()).toMatchObject({ inFlight: { atStart: 1, drained: 0, errored: 1 }, messagesLost: 3 })
})

test("an app that closes in good order has answered; one that breaks off in the middle has not", async () => {
  const done = await session()
  done.send("3 10 close 1000")
  expect(await done.closed()).toBe(1000)
  expect(await outcome()).toEqual(["completed", null])
  const broken = await session()
  broken.send("3 10 close 1001")
  expect(await broken.closed()).toBe(1001)
  expect(await outcome()).toEqual(["errored", "runner_incomplete_response"])
})

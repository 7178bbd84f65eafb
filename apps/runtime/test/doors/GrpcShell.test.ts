import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf"
import { ShellRunnerInputSchema, ShellRunnerOutputSchema } from "@ebb/protocol/gen/controller_pb"
import type { ShellSession } from "@ebb/runtime/kernel/ShellSession"
import { afterEach, assert, beforeEach, it, type MockInstance, vi } from "vitest"
import { frame, keyOf, type RawCall } from "./GrpcClient.ts"
import { Rig } from "./Rig.ts"

/** A command that repeats what it is told in capitals and exits with 3 at the end of its input. */
class Shouting implements ShellSession {
  readonly output: ReadableStream<Uint8Array>
  readonly exitCode: Promise<number>
  readonly sizes: Array<readonly [rows: number, columns: number]> = []
  readonly killed = Promise.withResolvers<void>()
  private readonly writer: WritableStreamDefaultWriter<Uint8Array>
  private readonly exit: (code: number) => void

  constructor() {
    const { promise, resolve } = Promise.withResolvers<number>()
    const { readable, writable } = new TransformStream<Uint8Array>()
    this.exitCode = promise
    this.exit = resolve
    this.output = readable
    this.writer = writable.getWriter()
  }

  write = (data: Uint8Array): void => {
    void this.writer.write(new TextEncoder().encode(new TextDecoder().decode(data).toUpperCase()))
  }

  readonly resize = (rows: number, columns: number): void => {
    this.sizes.push([rows, columns])
  }

  readonly end = (): void => {
    void this.writer.close()
    this.exit(3)
  }

  readonly kill = (): void => this.killed.resolve()
}

let rig: Rig
let session: Shouting
let call: RawCall
let logged: MockInstance<typeof console.error>

beforeEach(async () => {
  logged = vi.spyOn(console, "error").mockImplementation(() => {})
  rig = await Rig.open()
  session = new Shouting()
  rig.control.session = session
  call = rig.client(keyOf("id", "secret")).open("/controller.IsolateController/ShellRunner")
})

afterEach(() => {
  vi.restoreAllMocks()
  return rig.close()
})

const input = (init: MessageInitShape<typeof ShellRunnerInputSchema>): Buffer =>
  frame(toBinary(ShellRunnerInputSchema, create(ShellRunnerInputSchema, init)))

const typed = (text: string): Buffer => input({ data: new TextEncoder().encode(text) })
const outputs = (messages: ReadonlyArray<Buffer>) => messages.map((bytes) => fromBinary(ShellRunnerOutputSchema, bytes))

it("passes on what is typed, sends back what comes, and ends with the exit code", async () => {
  call.stream.write(input({ runnerId: "run-1" }))
  call.stream.write(input({ ttySize: { height: 24, width: 80 } }))
  call.stream.write(typed("hello "))
  const [first] = outputs(await call.messages(1))
  assert.strictEqual(new TextDecoder().decode(first!.data), "HELLO ")
  call.stream.end(typed("again"))
  const { messages, status } = await call.ended()
  const all = outputs(messages)
  assert.strictEqual(new TextDecoder().decode(Buffer.concat(all.map(({ data }) => data))), "HELLO AGAIN")
  assert.deepStrictEqual([status, all.at(-1)!.exitCode, session.sizes], [0, 3, [[24, 80]]])
  assert.deepStrictEqual(rig.control.calls, [
    ["shell", { runner: "run-1", command: [], terminal: { rows: 24, columns: 80 } }]
  ])
})

it("exec half-closes after the command and still gets all output and the code", async () => {
  call.stream.end(input({ runnerId: "run-1", command: ["ls", "-la"] }))
  const { messages, status } = await call.ended()
  assert.deepStrictEqual([status, outputs(messages).at(-1)!.exitCode], [0, 3])
  assert.deepStrictEqual(rig.control.calls, [["shell", { runner: "run-1", command: ["ls", "-la"], terminal: null }]])
})

it("a caller who leaves ends the command", async () => {
  call.stream.write(input({ runnerId: "run-1" }))
  call.stream.write(typed("x"))
  await call.messages(1)
  call.stream.close(8)
  await session.killed.promise
  assert.deepStrictEqual(logged.mock.calls, [])
})

it("a bug at what is typed ends the command, and is logged with the call", async () => {
  session.write = () => {
    throw new Error("a bug")
  }
  call.stream.write(input({ runnerId: "run-1" }))
  call.stream.write(input({ ttySize: { height: 24, width: 80 } }))
  call.stream.write(typed("x"))
  await session.killed.promise
  const [text] = logged.mock.calls[0] ?? []
  assert.strictEqual(text, "/controller.IsolateController/ShellRunner met a fault of the sandbox:")
})

it("a caller who closes ends the command", async () => {
  call.stream.write(input({ runnerId: "run-1" }))
  call.stream.write(input({ close: true }))
  await session.killed.promise
})

it("an unknown runner is status 5 as trailers only, and no message at all status 3", async () => {
  rig.control.session = null
  call.stream.write(input({ runnerId: "run-9" }))
  const { details, isTrailersOnly, status } = await call.ended()
  assert.deepStrictEqual(
    { details, isTrailersOnly, status },
    {
      details: "Runner 'run-9' not found",
      isTrailersOnly: true,
      status: 5
    }
  )
  const empty = rig.client(keyOf("id", "secret")).open("/controller.IsolateController/ShellRunner")
  empty.stream.end()
  assert.strictEqual((await empty.ended()).status, 3)
})

import { once } from "node:events"
import { create } from "@bufbuild/protobuf"
import { type ShellRunnerInput, type ShellRunnerOutput, ShellRunnerOutputSchema } from "@ebb/protocol/gen/controller_pb"
import type { handleBidiStreamingCall, ServerDuplexStream } from "@grpc/grpc-js"
import { refuse } from "../../control/Refused.ts"
import * as Defects from "../../edge/Defects.ts"
import { type Handlers, statusOf } from "./GrpcCall.ts"
import type { ShellSession, TerminalSize } from "../../kernel/ShellSession.ts"
import type { ControlCalls } from "./GrpcControl.ts"

type Call = ServerDuplexStream<ShellRunnerInput, ShellRunnerOutput>

const feed = (session: ShellSession, { close, data, ttySize }: ShellRunnerInput): void => {
  if (ttySize !== undefined) session.resize(ttySize.height, ttySize.width)
  if (data.length > 0) session.write(data)
  if (close) session.kill()
}

/** Passes on what the caller types; its end is the end of the input, not of the command. */
const feedAll = async (
  session: ShellSession,
  input: AsyncIterator<ShellRunnerInput>,
  second: Promise<IteratorResult<ShellRunnerInput>>
): Promise<void> => {
  for (let next = await second; next.done !== true; next = await input.next()) feed(session, next.value)
  session.end()
}

/** A client on a terminal tells its size in a message of its own, right behind the first. */
const sizeWithinMs = 100

const sizeOf = async (
  first: ShellRunnerInput,
  second: Promise<IteratorResult<ShellRunnerInput>>
): Promise<TerminalSize | null> => {
  const next = first.ttySize === undefined ? await Promise.race([second, Bun.sleep(sizeWithinMs)]) : undefined
  const size = first.ttySize ?? (next?.done === false ? next.value.ttySize : undefined)
  return size === undefined ? null : { rows: size.height, columns: size.width }
}

const sendAll = async (call: Call, session: ShellSession, gone: AbortSignal): Promise<void> => {
  for await (const data of session.output) {
    if (gone.aborted) return
    if (!call.write(create(ShellRunnerOutputSchema, { data }))) await once(call, "drain", { signal: gone })
  }
  const exitCode = await session.exitCode
  if (gone.aborted) return
  call.write(create(ShellRunnerOutputSchema, { exitCode }))
  call.end()
}

const converse = async (control: ControlCalls, handlers: Handlers, call: Call): Promise<void> => {
  const gone = new AbortController()
  call.on("cancelled", () => gone.abort())
  // Leaving a plain loop over the call would destroy it before its status is sent.
  const input: AsyncIterator<ShellRunnerInput> = call.iterator({ destroyOnReturn: false })
  const first = await input.next()
  if (first.done === true) throw refuse("INVALID_ARGUMENT", "The first message must name a runner")
  const { command, runnerId: runner } = first.value
  const second = input.next()
  // A caller who leaves meanwhile is seen to below.
  second.catch(() => {})
  const terminal = await sizeOf(first.value, second)
  const session = await handlers.asked(call, (principal) =>
    control.runners.shell(principal, { runner, command, terminal })
  )
  gone.signal.addEventListener("abort", () => session.kill())
  if (gone.signal.aborted) session.kill()
  feed(session, first.value)
  feedAll(session, input, second).catch((error) => {
    // A caller who left has broken off its input.
    if (!gone.signal.aborted && !call.cancelled) Defects.log(call.getPath(), error)
    session.kill()
  })
  await sendAll(call, session, gone.signal)
}

/** A command or a shell on a runner: bytes both ways, then the exit code. */
export const shellCall =
  (control: ControlCalls, handlers: Handlers): handleBidiStreamingCall<ShellRunnerInput, ShellRunnerOutput> =>
  (call) => {
    converse(control, handlers, call).catch((error) => {
      if (!call.cancelled) call.emit("error", statusOf(call.getPath(), error))
    })
  }

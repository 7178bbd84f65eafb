import { toMs, toPerMs } from "@ebb/text/Duration"
import { Effect } from "effect"
import { BadValue } from "../../kit/Grammar.ts"
import * as Argument from "../../kit/Argument.ts"
import * as Json from "../../kit/Json.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import * as Terminal from "../../kit/Terminal.ts"
import { quote } from "../../kit/Text.ts"
import * as Answer from "../../requests/Answer.ts"
import * as Callee from "../../requests/Callee.ts"
import * as RequestInput from "../../requests/RequestInput.ts"
import { Load } from "./LoadRun.ts"
import * as LoadText from "./LoadText.ts"
import { connect, envQuery } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as LiveScreen from "../../kit/LiveScreen.ts"

const rateOf = (word: string): number => {
  try {
    const rate = toPerMs(word)
    if (rate > 0) return rate
  } catch {
    // Said below.
  }
  throw new BadValue(`must be a rate such as 5/s or 300/m, got ${quote(word)}`)
}

const durationOf = (word: string): number => {
  try {
    const ms = toMs(word)
    if (ms > 0) return ms
  } catch {
    // Said below.
  }
  throw new BadValue(`must be a duration such as 30s or 5m, got ${quote(word)}`)
}

const accepts = {
  team: Options.team,
  host: Options.host,
  env: Options.env,
  rate: Argument.required(Argument.parsed("--rate", rateOf, "how many, such as 5/s")),
  for: Argument.parsed("--for", durationOf, "how long (default: until Ctrl-C)", { metavar: "DURATION" }),
  kind: Argument.choice("--kind", ["direct", "queued"], "how they are sent (default: direct)"),
  input: RequestInput.inputOption,
  fail: Argument.flag("--fail-on-error", "exit 1 if any of them failed"),
  ...Argument.output,
  app_name: Argument.word("the app", { metavar: "APP" }),
  ...RequestInput.positionals
}

type Words = Argument.Given<typeof accepts>

const tickMs = 5
const showMs = 1000

/** Sends until the time is over, Ctrl-C, or an answer that makes it useless; then waits for what is in flight. */
const sending = async (load: Load, forMs: number, signal: AbortSignal): Promise<void> => {
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const isOver = load.elapsedMs >= forMs || signal.aborted || load.refusal !== null
      if (!signal.aborted && load.refusal === null) load.tick(forMs)
      if (!isOver) return
      clearInterval(timer)
      resolve()
    }, tickMs)
  })
}

/** Says every second how it goes, and what it waits for. */
const showing = (output: Output["Service"], load: Load) => {
  const { io, json, stdout } = output
  const screen = output.draws ? LiveScreen.make(output) : null
  const show = (): void => {
    const counts = load.counts()
    if (json) io.stdout.write(`${Json.stringify(counts)}\n`)
    else if (screen === null) io.stdout.write(Terminal.plain(stdout, `${LoadText.line(counts)}\n`))
    else screen.draw([...LoadText.lines(counts, LiveScreen.sizeOf(output).columns - 1), ...waiting])
  }
  // A note below the picture would be drawn over.
  let waiting: ReadonlyArray<string> = []
  const timer = setInterval(show, showMs)
  const wait = (note: string): void => {
    waiting = [note]
    if (screen === null) io.stderr.write(`${note}\n`)
    else show()
  }
  const stop = (): void => {
    clearInterval(timer)
    screen?.draw([])
    screen?.end()
  }
  return { stop, wait }
}

const run = Effect.fn("load")(function* (given: Words) {
  const output = yield* Output
  const { io } = output
  const { body, path } = yield* RequestInput.requestOf(given, io.cwd)
  const connection = yield* connect(given)
  const query = envQuery(io, given.env)
  const callee = yield* Callee.of(connection, given.app_name, path, query)
  const load = new Load({ connection, callee, kind: given.kind ?? "direct", ratePerMs: given.rate, body })
  const { stop, wait } = showing(output, load)
  // Without an end of its own it ends with its reader.
  const end = given.for === undefined ? AbortSignal.any([io.interrupted, io.unread]) : io.interrupted
  yield* Effect.promise(() => sending(load, given.for ?? Infinity, end))
  const { inFlight } = load.counts()
  if (io.interrupted.aborted && inFlight > 0) wait(`Waiting for ${inFlight} in flight; Ctrl-C to leave.`)
  yield* Effect.promise(() => load.settled())
  stop()
  if (load.refusal !== null) {
    const refusal = yield* Callee.present(connection, given.app_name, query, load.refusal)
    return yield* Effect.as(Answer.checked(refusal), 1)
  }
  const counts = load.counts()
  if (output.json) yield* output.value({ version: 1, elapsedMs: Math.round(load.elapsedMs), ...counts })
  else yield* output.result(LoadText.summary(counts, load.elapsedMs))
  return given.fail && counts.errored > 0 ? 1 : 0
}, Effect.uninterruptible)

/** `ebb load APP` */
export const load = Leaf.make({
  description: "Send an app requests at a steady rate, whether earlier ones were answered or not; Ctrl-C ends it.",
  accepts,
  examples: ["ebb load demo --rate 5/s", "ebb load demo --rate 20/s --for 1m --kind queued --fail-on-error"],
  interruptedExit: 0,
  run
})

import * as Api from "@ebb/protocol/rest/Api"
import { call, type Connection, send } from "@ebb/protocol/rest/Client"
import type { LogLine } from "@ebb/protocol/rest/Shapes"
import { Effect, Schema, Stream } from "effect"
import { CommandFailed } from "../../kit/Errors.ts"
import { BadValue } from "../../kit/Grammar.ts"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect, failure } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as RunnerId from "../../sandbox/RunnerId.ts"
import * as ServerEvents from "@ebb/protocol/rest/ServerEvents"
import * as Since from "../../kit/Since.ts"

const lineCount = (word: string): string => {
  if (/^\+?\d+$/.test(word)) return word
  throw new BadValue("Invalid -n|--lines value. Use an integer or +integer.")
}

const accepts = {
  ...Argument.output,
  team: Options.team,
  host: Options.host,
  search: Argument.text("--search", "only lines that contain this text"),
  since: Argument.parsed("--since", Since.anyTime, "from then on"),
  until: Argument.parsed("--until", Since.anyTime, "up to then"),
  follow: Argument.flag(["--follow", "-f"], "go on with what it prints from now on"),
  lines: Argument.parsed(["--lines", "-n"], lineCount, "the newest N lines, or with +N the oldest", {
    metavar: "LINES"
  }),
  id: Argument.word("the runner")
}

type Words = Argument.Given<typeof accepts>

const two = (value: number, length = 2): string => String(value).padStart(length, "0")

/** Local time with its offset. */
const clock = (iso: string): string => {
  const at = new Date(iso)
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${two(at.getMilliseconds(), 3)}`
  const offset = -at.getTimezoneOffset()
  const sign = offset < 0 ? "-" : "+"
  return `${day} ${time}${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`
}

const lineOf = ({ level, message, timestamp }: LogLine): string =>
  `${clock(timestamp)} [${level.toUpperCase().padEnd(9)}] ${message.padEnd(30)}`

const cut = (logs: ReadonlyArray<LogLine>, lines: string | undefined): ReadonlyArray<LogLine> => {
  if (lines === undefined) return logs
  const count = Number(lines)
  return lines.startsWith("+") ? logs.slice(0, count) : count === 0 ? [] : logs.slice(-count)
}

/** ISO times in UTC, so their order is that of their text. */
const inOrder = ({ since, until }: Words): Pick<Words, "since" | "until"> =>
  since !== undefined && until !== undefined && since > until
    ? { since: until, until: since }
    : { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) }

const followMs = 60_000
const decodeLine = Schema.decodeUnknownSync(
  Schema.fromJsonString(Schema.Struct({ timestamp: Schema.String, level: Schema.String, message: Schema.String }))
)

/** What the runner printed after that was not seen here. */
const broke = ({ baseUrl }: Connection, id: string, because: unknown): CommandFailed => {
  const { host } = new URL(baseUrl)
  const text = `The connection to ${host} broke before the end of the log. See what is kept of it with: ebb runners logs ${id}`
  return new CommandFailed({ text, because })
}

/** A log that ends has either seen its runner end or lost it: the sandbox knows which. */
const ended = Effect.fnUntraced(function* (connection: Connection, id: string) {
  const query = { since: new Date().toISOString() }
  const asked = call(connection, Api.runnerLogs, { params: { runner: id }, query })
  const { endedAt } = yield* Effect.mapError(asked, (because) =>
    because._tag === "Unreachable" ? broke(connection, id, because) : failure(because)
  )
  if (endedAt === null) return yield* broke(connection, id, null)
})

/** What it printed in the last minute and everything from now on. */
const followed = Effect.fnUntraced(function* (connection: Connection, { id, search = "" }: Words) {
  const { io, json } = yield* Output
  const since = new Date(Date.now() - followMs).toISOString()
  const query = new URLSearchParams({ job_id: id, search, since })
  const { body } = yield* Effect.mapError(send(connection, "POST", `/logs/stream?${query}`), failure)
  const print = (data: string) =>
    Effect.sync(() => {
      const line = decodeLine(data)
      io.stdout.write(json ? `${JSON.stringify(line)}\n` : `${lineOf(line)}\n`)
    })
  const lines = body === null ? Stream.empty : ServerEvents.whole(body)
  yield* Effect.mapError(Stream.runForEach(lines, print), (because) => broke(connection, id, because))
  yield* ended(connection, id)
  return 0
})

const run = Effect.fn("runners.logs")(function* (given: Words) {
  const output = yield* Output
  const connection = yield* connect(given)
  const runner = yield* RunnerId.resolveAt(connection, given.id)
  if (given.follow) return yield* followed(connection, { ...given, id: runner })
  const { search } = given
  const query = {
    ...(search === undefined ? {} : { search }),
    ...inOrder(given)
  }
  const answered = yield* ask(connection, Api.runnerLogs, { params: { runner }, query })
  const logs = cut(answered.logs, given.lines)
  if (output.json) yield* output.value({ logs: logs.toReversed() })
  else yield* output.result(logs.map((line) => `${lineOf(line)}\n`).join(""))
  return 0
})

/** `ebb runners logs ID` */
export const logs = Leaf.make({
  description: "Print what a runner has printed, oldest first.",
  accepts,
  unreadExit: { endlessWith: ["follow"] },
  run
})

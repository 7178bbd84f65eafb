import * as Assertion from "@ebb/drain-check/Assertion"
import { type CheckSettings, defaults } from "@ebb/drain-check/CheckSettings"
import type { StopSignal } from "@ebb/processes/Signals"
import * as Duration from "@ebb/text/Duration"
import { Schema } from "effect"
import { BadValue } from "../../kit/Grammar.ts"
import * as Argument from "../../kit/Argument.ts"
import { quote } from "../../kit/Text.ts"

const rateMax = 1000
const hourMs = 3_600_000

const duration = (word: string): number => {
  if (!Schema.is(Duration.Duration)(word)) {
    throw new BadValue(`must be a duration such as 500ms, 10s or 2m, got ${quote(word)}`)
  }
  return Duration.toMs(word)
}

const upToAnHour = (word: string): number => {
  const ms = duration(word)
  if (ms > hourMs) throw new BadValue(`must be at most 1h, got ${quote(word)}`)
  return ms
}

const rate = (word: string): number => {
  const perSecond = Schema.is(Duration.Rate)(word) ? Duration.toPerMs(word) * 1000 : 0
  if (perSecond > 0 && perSecond <= rateMax) return perSecond
  throw new BadValue(`must be a rate over 0 and at most ${rateMax}/s, such as 50/s or 30/m, got ${quote(word)}`)
}

const path = (word: string): string => {
  if (!/^\/[!-~]*$/u.test(word)) throw new BadValue(`must start with / and hold no blanks, got ${quote(word)}`)
  return word
}

const method = (word: string): string => {
  if (!/^[A-Za-z]+$/u.test(word)) throw new BadValue(`must be a method such as GET or POST, got ${quote(word)}`)
  return word.toUpperCase()
}

const headerPattern = /^([!#$%&'*+.^`|~\w-]+):\s*([\t -~]*)$/u

const header = (word: string): string => {
  if (headerPattern.test(word)) return word
  throw new BadValue(`must be 'Name: value', got ${quote(word)}`)
}

const pairOf = (word: string): readonly [string, string] => {
  const [, name = "", value = ""] = headerPattern.exec(word) ?? []
  return [name, value]
}

const statuses = (word: string): ReadonlyArray<string> => {
  const patterns = word.split(",").map((pattern) => pattern.trim().toLowerCase())
  if (patterns.every((pattern) => /^[1-5](\d\d|xx)$/u.test(pattern))) return patterns
  throw new BadValue(`must be statuses such as 200, 2xx or 200,404, got ${quote(word)}`)
}

const expected = (word: string): string => {
  if (word === "") throw new BadValue("must be some words of the answer, got none")
  return word
}

const assertion = (word: string): string => {
  try {
    return Assertion.parse(word).text
  } catch (error) {
    if (error instanceof Assertion.AssertionError) throw new BadValue(`${error.problem}, got ${quote(word)}`)
    throw error
  }
}

const signals = [
  "SIGTERM",
  "SIGINT",
  "SIGQUIT",
  "SIGHUP",
  "SIGUSR1",
  "SIGUSR2",
  "SIGWINCH"
] as const satisfies ReadonlyArray<StopSignal>

const time = { metavar: "DURATION" }

/** What `ebb check` accepts. */
export const accepts = {
  path: Argument.parsed("--path", path, "path to request (default: /)"),
  method: Argument.parsed("--method", method, "HTTP method (default: GET, or POST with a body)"),
  body: Argument.text("--body", "body of each request, or text of each WebSocket message", { metavar: "TEXT" }),
  header: Argument.repeated("--header", "header to send with each request, 'Name: value'; repeatable", {
    metavar: "HEADER",
    convert: header
  }),
  websocket: Argument.flag("--websocket", "open WebSocket sessions instead of sending requests"),
  tls: Argument.flag("--tls", "use TLS (detected automatically if omitted)"),
  ready: Argument.parsed("--ready", path, "wait until GET PATH returns a status below 400", { metavar: "PATH" }),
  status: Argument.parsed(
    "--status",
    statuses,
    "statuses that count as answered, such as 200 or 2xx,404 (default: below 400)"
  ),
  expect: Argument.parsed(
    "--expect",
    expected,
    "text that every whole answer contains, such as its last words; with --websocket, the last reply to each message",
    { metavar: "TEXT" }
  ),
  rate: Argument.parsed("--rate", rate, "how many requests to send (default: 50/s)"),
  signal: Argument.choice("--signal", signals, "signal that asks the server to end (default: SIGTERM)"),
  grace: Argument.parsed("--grace", upToAnHour, "time from that signal to SIGKILL (default: 10s)", time),
  linger: Argument.parsed(
    "--linger",
    upToAnHour,
    "keep sending requests this long after the signal, all of which must be served (default: 1s, and the server may refuse them)",
    time
  ),
  startup: Argument.parsed(
    "--startup",
    duration,
    "time it may take to start listening and become ready (default: 8s)",
    time
  ),
  assert: Argument.repeated("--assert", "fail unless this holds, such as 'endsWithin < 3s'; repeatable", {
    metavar: "CHECK",
    convert: assertion
  }),
  markdown: Argument.text("--markdown", "write the answer to FILE as Markdown, for a comment on a pull request", {
    metavar: "FILE"
  }),
  ...Argument.output,
  command: Argument.words("the command that starts the server, with its arguments", {
    metavar: "-- COMMAND",
    count: "..."
  })
}

export type Words = Argument.Given<typeof accepts>

/** The command itself, without the dashes in front of it. */
const commandOf = ({ command: [first, ...rest] }: Words): ReadonlyArray<string> =>
  first === "--" ? rest : first === undefined ? [] : [first, ...rest]

/** What is to be checked, in that folder; the command may be empty. */
export const of = (given: Words, cwd: string): CheckSettings => {
  const body = given.body ?? null
  const { graceMs, lingerMs, ratePerSecond, signal, startupMs } = defaults
  return {
    ...defaults,
    command: commandOf(given),
    cwd,
    request: {
      method: given.method ?? (body === null || given.websocket ? "GET" : "POST"),
      path: given.path ?? "/",
      body,
      headers: given.header.map(pairOf)
    },
    isWebSocket: given.websocket,
    isTls: given.tls,
    readyPath: given.ready ?? null,
    statuses: given.status ?? null,
    expected: given.expect ?? null,
    ratePerSecond: given.rate ?? ratePerSecond,
    signal: given.signal ?? signal,
    graceMs: given.grace ?? graceMs,
    lingerMs: given.linger ?? lingerMs,
    mustServeLinger: given.linger !== undefined,
    startupMs: given.startup ?? startupMs
  }
}

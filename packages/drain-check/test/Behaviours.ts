import type { AdviceCode } from "@ebb/drain-check/CheckReport"
import type { Changes } from "./Checking.ts"

/** What a server does, and what is said of it. */
export interface Behaviour {
  readonly it: string
  readonly command: ReadonlyArray<string>
  readonly changes?: Changes
  /** Every problem, in any order; none for a server that drains. */
  readonly problems: ReadonlyArray<AdviceCode>
  /** Some of the notes. */
  readonly notes?: ReadonlyArray<AdviceCode>
  /** What must not be said. */
  readonly not?: ReadonlyArray<AdviceCode>
  /** Words of the first finding. */
  readonly says?: RegExp
}

const node = (...words: ReadonlyArray<string>): ReadonlyArray<string> => ["node", ...words]
/** What a server of halves answers with, kind by kind. */
const halves = {
  events: [
    "text/event-stream",
    "",
    ...Array.from({ length: 6 }, (_, at) => `data: {"token": ${at}}\n\n`),
    "data: [DONE]\n\n"
  ],
  lines: [
    "application/x-ndjson",
    "",
    ...Array.from({ length: 6 }, (_, at) => `{"token": ${at}}\n`),
    '{"done": true}\n'
  ],
  json: ["application/json", "", '{"choices": [', '{"text": "a"},', '{"text": "b"},', '{"text": "c"}', "]}"],
  html: ["text/html", "", "<html>", "<body>", "<p>one</p>", "<p>two</p>", "</body></html>"],
  text: ["text/plain", "", ...Array.from({ length: 6 }, () => "a line of a text that is always the same\n")],
  trailers: ["text/plain", "x-sum", "one", "two", "three", "four"]
} as const

const half = (kind: keyof typeof halves): ReadonlyArray<string> => node("half.mjs", ...halves[kind])

const kept = { runs: ["graceful", "kept"] } as const
const idle = { runs: ["graceful", "idle"] } as const
const sessions = { isWebSocket: true } as const

/** The server is not to be reached, or what was asked for says nothing about it. */
export const untested: ReadonlyArray<Behaviour> = [
  {
    it: "hangs up on every request",
    command: node("hangs-up.mjs"),
    problems: ["unknown-protocol"],
    says: /answers neither HTTP\/1.1 nor TLS nor HTTP\/2/u
  },
  {
    it: "has nothing at the path",
    command: node("status.mjs", "404"),
    changes: { request: { path: "/predit" } },
    problems: ["not-found"],
    says: /before SIGTERM were answered with status 404: GET \/predit tests nothing/u
  },
  { it: "asks for a key", command: node("wants-key.mjs"), problems: ["not-allowed"] },
  { it: "takes WebSockets only", command: node("sessions.mjs", "closes"), problems: ["wants-websocket"] },
  {
    it: "is still loading",
    command: node("loads.mjs", "60000"),
    changes: { loadMs: 300 },
    problems: ["still-loading"]
  },
  { it: "fails at all times", command: node("status.mjs", "500"), problems: ["server-errors"] },
  { it: "does not understand what it is sent", command: node("status.mjs", "422"), problems: ["client-errors"] },
  {
    it: "answers with another status than those that count",
    command: node("status.mjs", "302"),
    changes: { statuses: ["2xx"] },
    problems: ["unexpected-status"]
  },
  {
    it: "never says the words that were expected",
    command: node("closes-well.mjs"),
    changes: { expected: "[DONE]" },
    problems: ["unexpected-answers"]
  },
  { it: "speaks something else", command: node("speaks-other.mjs"), problems: ["unknown-protocol"] },
  {
    it: "is never ready",
    command: node("status.mjs", "404"),
    changes: { readyPath: "/health", startupMs: 5000 },
    problems: ["never-ready"],
    says: /^GET \/health was not answered .* \(last: status 404\)/u
  },
  { it: "ends under load", command: node("dies.mjs"), problems: ["ends-under-load"] }
]

/** It drains, in whatever way. */
export const drains: ReadonlyArray<Behaviour> = [
  {
    it: "announces the end of each connection",
    command: node("closes-well.mjs"),
    changes: { runs: ["graceful", "kept", "idle", "force"] },
    problems: [],
    not: ["kept-in-use", "slow-with-connections"]
  },
  { it: "ends by the signal itself", command: node("signals-itself.mjs"), changes: kept, problems: [] },
  { it: "puts the default back and ends by the signal", command: ["python3", "signals_itself.py"], problems: [] },
  { it: "is a master whose worker drains, and ends by the signal", command: node("master.mjs"), problems: [] },
  { it: "refuses at once", command: node("node-drains.mjs"), problems: [], notes: ["refuses-at-once"] },
  { it: "streams and lets streams finish", command: node("streams.mjs"), problems: [], not: ["ends-unknown"] },
  {
    it: "ends endless streams in order",
    command: node("endless-ends.mjs"),
    changes: { patienceMs: 500 },
    problems: []
  },
  { it: "fails one in five at all times", command: node("sometimes-fails.mjs"), problems: [], notes: ["fails-before"] },
  {
    it: "answers a status that was said to count",
    command: node("status.mjs", "404"),
    changes: { statuses: ["404"] },
    problems: []
  },
  {
    it: "gets the key that it asks for",
    command: node("wants-key.mjs"),
    changes: { request: { headers: [["Authorization", "Bearer key"]] } },
    problems: ["ends-early"]
  },
  {
    it: "loads first and is waited for",
    command: node("loads.mjs", "1200", "drains"),
    changes: { readyPath: "/health" },
    problems: []
  },
  {
    it: "drains on SIGQUIT and is sent that",
    command: node("quits.mjs"),
    changes: { signal: "SIGQUIT" },
    problems: []
  },
  {
    it: "goes on serving while a router may send",
    command: node("lingers.mjs", "1300"),
    changes: { lingerMs: 1000, mustServeLinger: true },
    problems: []
  },
  { it: "speaks HTTP/2 by prior knowledge", command: node("http2.mjs", "drains"), changes: kept, problems: [] },
  {
    it: "closes WebSockets when their messages are answered",
    command: node("sessions.mjs", "closes"),
    changes: sessions,
    problems: []
  },
  { it: "leaves a child behind", command: node("forks.mjs"), problems: [], notes: ["leaves-children"] },
  {
    it: "takes a while after its last answer",
    command: node("ends-late.mjs", "1300"),
    problems: [],
    notes: ["slow-to-end"]
  },
  {
    it: "takes a while when idle",
    command: node("waits-when-idle.mjs", "1300"),
    changes: idle,
    problems: [],
    notes: ["slow-when-idle"],
    not: ["slow-to-end"]
  },
  {
    it: "keeps connections for a while",
    command: node("keeps-a-while.mjs"),
    changes: kept,
    problems: [],
    notes: ["slow-with-connections"]
  },
  {
    it: "goes on using kept connections",
    command: node("closes-idle.mjs"),
    changes: { ...kept, lingerMs: 1500 },
    problems: [],
    notes: ["kept-in-use"]
  },
  {
    it: "closes connections that are being used",
    command: node("stops-reading.mjs"),
    changes: kept,
    problems: [],
    notes: ["kept-resets"]
  },
  {
    it: "resets idle connections",
    command: node("resets-idle.mjs"),
    changes: kept,
    problems: [],
    notes: ["resets-idle-connections"]
  },
  {
    it: "streams for longer than it was watched",
    command: node("streams.mjs", "1500"),
    changes: { loadMs: 300, patienceMs: 200 },
    problems: [],
    notes: ["ends-unknown"]
  }
]

const limit = { graceMs: 8000 } as const

/** It does not, and is told why. */
export const fails: ReadonlyArray<Behaviour> = [
  {
    it: "has no handler",
    command: ["python3", "no_handler.py"],
    problems: ["no-handler"],
    says: /It has no SIGTERM handler/u
  },
  {
    it: "is ended by the signal, in a program that catches it for itself",
    command: node("no-handler.mjs"),
    problems: ["ended-by-signal"],
    says: /Either nothing in it handles the signal, or/u
  },
  { it: "answers at once and is ended by the signal", command: node("answers-and-dies.mjs"), problems: ["would-cut"] },
  {
    it: "exits at once",
    command: node("ends-at-once.mjs"),
    problems: ["ends-early"],
    says: /with exit code 0, without waiting for them/u
  },
  {
    it: "closes every connection",
    command: node("cuts.mjs"),
    problems: ["cuts-connections"],
    says: /the server closed their connections within .* later\.$/u
  },
  {
    it: "closes every connection and ends by the signal",
    command: node("forces.mjs"),
    problems: ["cuts-connections"],
    not: ["no-handler", "ended-by-signal"]
  },
  {
    it: "waits up to its own limit",
    command: node("limit.mjs"),
    changes: limit,
    problems: ["own-limit"],
    says: /failed .* after SIGTERM, all at that time \(.* cut\)/u
  },
  {
    it: "answers what is over its limit with errors",
    command: node("limit-errors.mjs"),
    changes: limit,
    problems: ["own-limit"],
    says: /answered with an error/u
  },
  {
    it: "closes connections at its limit and lives on",
    command: node("limit-cuts.mjs"),
    changes: limit,
    problems: ["own-limit"]
  },
  {
    it: "ends by the signal at its limit",
    command: node("limit-by-signal.mjs"),
    changes: limit,
    problems: ["own-limit"],
    not: ["no-handler", "ended-by-signal"]
  },
  {
    it: "ends streams of events half-way, in order",
    command: half("events"),
    problems: ["half-answers"],
    says: /without the last line .* data: \[DONE\]/u
  },
  {
    it: "ends streams of lines half-way, in order",
    command: half("lines"),
    problems: ["half-answers"],
    says: /without the last line/u
  },
  {
    it: "ends JSON half-way, in order",
    command: half("json"),
    problems: ["half-answers"],
    says: /the body is no JSON/u
  },
  {
    it: "ends a page half-way, in order",
    command: half("html"),
    problems: ["half-answers"],
    says: /without the <\/html>/u
  },
  {
    it: "ends a text half-way, in order",
    command: half("text"),
    problems: ["half-answers"],
    says: /had 246 bytes/u
  },
  {
    it: "leaves the trailers out",
    command: half("trailers"),
    problems: ["half-answers"],
    says: /without the trailers .* \(x-sum\)/u
  },
  {
    it: "leaves out the words that were expected",
    command: half("events"),
    changes: { expected: "[DONE]" },
    problems: ["half-answers"],
    says: /without "\[DONE\]"/u
  },
  { it: "answers with nothing", command: node("empties.mjs"), problems: ["half-answers"], says: /had 4 bytes/u },
  { it: "forgets connections of another protocol", command: node("upgrades.mjs"), problems: ["half-answers"] },
  {
    it: "answers with errors while it drains",
    command: node("errors.mjs"),
    problems: ["errors-while-draining"],
    says: /and none before/u
  },
  {
    it: "answers with errors while it drains, and gave one before",
    command: node("errors-early.mjs"),
    problems: ["errors-while-draining"],
    says: /but 2 of/u
  },
  {
    it: "cuts what came after the signal",
    command: node("cuts-late.mjs"),
    changes: { lingerMs: 2500 },
    problems: ["cuts-late-requests"]
  },
  {
    it: "fails while a router may still send",
    command: node("late-503.mjs"),
    changes: { lingerMs: 1300, mustServeLinger: true },
    problems: ["fails-while-lingering"]
  },
  {
    it: "closes its listener while a router may still send",
    command: node("closes-well.mjs"),
    changes: { lingerMs: 1000, mustServeLinger: true },
    problems: ["fails-while-lingering"]
  },
  {
    it: "does nothing about the signal",
    command: node("ignores.mjs"),
    changes: { graceMs: 1500 },
    problems: ["ignores-signal"]
  },
  {
    it: "waits for endless streams",
    command: node("endless.mjs"),
    changes: { graceMs: 1500, patienceMs: 500 },
    problems: ["endless-streams"],
    says: /still flowing 1.5 s|still flowing 2 s/u
  },
  {
    it: "cuts endless streams at its limit",
    command: node("endless.mjs", "800"),
    changes: { patienceMs: 500 },
    problems: ["endless-streams"],
    not: ["own-limit"]
  },
  {
    it: "takes longer than the grace period",
    command: node("slow-drains.mjs"),
    changes: { graceMs: 1000, patienceMs: 300 },
    problems: ["grace-too-short"]
  },
  {
    it: "waits for kept connections",
    command: node("stays.mjs", "1000"),
    changes: { ...kept, graceMs: 3000 },
    problems: ["waits-for-connections"]
  },
  {
    it: "waits for kept connections, and answers at once",
    command: node("stays.mjs", "20"),
    changes: { ...kept, graceMs: 3000 },
    problems: ["waits-for-connections"]
  },
  {
    it: "waits for connections that are idle",
    command: node("waits-for-idle.mjs"),
    changes: { ...kept, graceMs: 2000 },
    problems: ["waits-for-connections"]
  },
  {
    it: "is kept alive by a timer",
    command: node("timer.mjs"),
    changes: { graceMs: 1500 },
    problems: ["does-not-end"]
  },
  {
    it: "does not end when idle",
    command: node("waits-when-idle.mjs", "60000"),
    changes: { ...idle, graceMs: 2500 },
    problems: ["does-not-end-idle"]
  },
  { it: "ends as if it had crashed", command: node("exits-with-one.mjs"), problems: ["exit-code"] },
  {
    it: "has a shell in front of it",
    command: ["sh", "-c", "node node-drains.mjs; true"],
    problems: ["signal-not-passed-on"],
    says: /It went to sh, the first process/u
  },
  {
    it: "has a program in front of it that tells nobody",
    command: node("launcher.mjs"),
    problems: ["signal-not-passed-on"],
    says: /It went to node, the first process/u
  },
  { it: "speaks HTTP/2 and ends at once", command: node("http2.mjs"), problems: ["ends-early"] },
  {
    it: "cuts WebSockets",
    command: node("sessions.mjs", "cuts"),
    changes: sessions,
    problems: ["ends-early", "cuts-sessions"]
  },
  {
    it: "waits for WebSockets",
    command: node("sessions.mjs", "holds"),
    changes: { ...sessions, graceMs: 1500 },
    problems: ["holds-sessions"]
  },
  {
    it: "closes WebSockets without an answer",
    command: node("sessions.mjs", "hasty"),
    changes: { ...sessions, loadMs: 1500 },
    problems: ["loses-messages"]
  }
]

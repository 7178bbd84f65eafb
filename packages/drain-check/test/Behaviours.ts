import type { AdviceCode } from "@ebb/drain-check/CheckReport"
import { kinds } from "@ebb/drain-check/findings/Servers"
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

export const node = (...words: ReadonlyArray<string>): ReadonlyArray<string> => ["node", ...words]
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

export const half = (kind: keyof typeof halves): ReadonlyArray<string> => node("half.mjs", ...halves[kind])

export const kept = { runs: ["graceful", "kept"] } as const
export const idle = { runs: ["graceful", "idle"] } as const
export const sessions = { isWebSocket: true } as const

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
    says: /before SIGTERM got status 404, so GET \/predit tests nothing/u
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
  {
    it: "has an init in front of it that waits for its signals",
    command: ["python3", "init.py", "node", "closes-well.mjs"],
    changes: kept,
    problems: []
  },
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
    it: "follows the lines that are shown of Node",
    command: node("follows.mjs", "http", kinds.node.drain?.code ?? ""),
    problems: []
  },
  {
    it: "follows the lines that are shown of Node's connections",
    command: node("follows.mjs", "http", kinds.node.idle?.code ?? ""),
    changes: kept,
    problems: [],
    not: ["kept-in-use", "slow-with-connections"]
  },
  {
    it: "follows the lines that are shown of Node and HTTP/2",
    command: node("follows.mjs", "http2", kinds.node.http2?.code ?? ""),
    changes: kept,
    problems: [],
    not: ["kept-in-use", "slow-with-connections"]
  },
  {
    it: "closes WebSockets when their messages are answered",
    command: node("sessions.mjs", "closes"),
    changes: sessions,
    problems: []
  },
  {
    it: "replies with several messages, of which the last is known, and lets them come",
    command: node("tokens.mjs", "drains"),
    changes: { ...sessions, expected: "the end" },
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
    it: "ends well once all of it has started, which takes longer than to listen and to answer",
    command: node("starts-in-parts.mjs"),
    changes: idle,
    problems: []
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
    it: "answers in other words, which may be those of an error",
    command: node("others.mjs", "200", '{"error": "shutting down"}'),
    problems: [],
    notes: ["other-keys"]
  },
  {
    it: "answers with texts that have no end in common, and perhaps with a part of them",
    command: node("texts.mjs"),
    problems: [],
    notes: ["ends-unknown"]
  },
  {
    it: "streams for longer than it was watched",
    command: node("streams.mjs", "1500"),
    changes: { loadMs: 300, patienceMs: 200 },
    problems: [],
    notes: ["ends-unknown"]
  }
]

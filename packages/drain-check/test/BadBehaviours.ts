import * as CurrentSystem from "@ebb/processes/system/CurrentSystem"
import { type Behaviour, node, half, kept, idle, sessions } from "./Behaviours.ts"

const limit = { graceMs: 8000 } as const
/** Whether it is known of a process that it has neither a handler for a signal nor waits for it. */
const tellsDefault = !CurrentSystem.current().isSlow

/** It does not, and is told why. */
export const fails: ReadonlyArray<Behaviour> = [
  {
    it: "has no handler",
    command: ["python3", "no_handler.py"],
    problems: [tellsDefault ? "no-handler" : "ended-by-signal"],
    says: tellsDefault ? /It has no SIGTERM handler/u : /Either nothing in it handles the signal, or/u
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
    it: "closes each connection when half of its answer is out",
    command: node("breaks-off.mjs"),
    problems: ["cuts-connections"],
    says: /their connections closed one after another/u
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
    says: /the body is not valid JSON/u
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
  {
    it: "sends its callers elsewhere",
    command: node("others.mjs", "302", ""),
    problems: ["other-answers"],
    says: /answered with status 302, where all answers before SIGTERM had 200/u
  },
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
    it: "has a shell in front of it that keeps the signal",
    command: ["sh", "-c", "trap 'echo got' TERM; node node-drains.mjs & wait; wait"],
    changes: { graceMs: 1500 },
    problems: ["ignores-signal"],
    says: /Either the server does nothing about SIGTERM, or sh, the first process, does not pass it on/u
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
    it: "ends as if it had crashed when idle",
    command: node("exits-with-three-idle.mjs"),
    changes: idle,
    problems: ["exit-code"],
    says: /^With nothing under way: It ended with exit code 3/u
  },
  {
    it: "crashes over kept connections",
    command: node("crashes-when-kept.mjs"),
    changes: kept,
    problems: ["ends-under-load"],
    says: /^Over kept connections: /u
  },
  {
    it: "has a shell in front of it",
    command: ["sh", "-c", "node node-drains.mjs; true"],
    problems: [tellsDefault ? "signal-not-passed-on" : "ends-before-server"],
    says: tellsDefault
      ? /It went to sh, the first process, which has no handler for it/u
      : /^sh, the first process, ended/u
  },
  {
    it: "has a shell in front of it that ignores the signal",
    command: ["sh", "-c", "trap '' TERM; node node-drains.mjs; true"],
    changes: { graceMs: 1500 },
    problems: ["signal-not-passed-on"],
    says: /It went to sh, the first process, which ignores it/u
  },
  {
    it: "has a program in front of it that ends by itself",
    command: node("launcher.mjs"),
    problems: ["ends-before-server"],
    says: /^node, the first process, ended .* with exit code 143, while the server went on listening; .* were cut\. What/u
  },
  {
    it: "has a shell in front of it that passes the signal on and does not wait",
    command: ["sh", "-c", "node node-drains.mjs & trap 'kill $!; sleep 0.1; exit 0' TERM; wait"],
    problems: ["ends-before-server"],
    says: /while the server, its listener closed, was still running; .* does not wait for the server to end\.$/u
  },
  {
    it: "has an init in front of it and a shell in between",
    command: ["python3", "init.py", "sh", "-c", "node node-drains.mjs; true"],
    problems: ["ends-before-server"],
    says: /\(python3, or a shell that it runs\) does not pass SIGTERM on, or does not wait/u
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
  },
  {
    it: "replies with several messages, of which no end is known",
    // By then each message that was sent before the signal has a reply, though the machine be busy.
    command: node("tokens.mjs", "cuts", "1000"),
    changes: sessions,
    problems: ["drain-unproved"],
    says: /messages got .* replies, so one may have several/u
  },
  {
    it: "replies with several messages, and closes before the last",
    command: node("tokens.mjs", "cuts"),
    changes: { ...sessions, expected: "the end" },
    problems: ["loses-messages"]
  },
  {
    it: "replies with other words than the last reply is said to hold",
    command: node("tokens.mjs", "drains"),
    changes: { ...sessions, expected: "the start", patienceMs: 500 },
    problems: ["drain-unproved"],
    says: /got no reply with "the start"/u
  }
]

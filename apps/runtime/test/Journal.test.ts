import { replay } from "@ebb/core/journal/Replay"
import { errorTypeNames } from "@ebb/core/fleet/ErrorType"
import { Outcome } from "@ebb/core/tables/RequestState"
import * as Api from "@ebb/protocol/rest/Api"
import { limits } from "@ebb/runtime/edge/Limits"
import { Result } from "effect"
import { afterEach, beforeEach, expect, test } from "vitest"
import { Restarted, spec } from "./Restarted.ts"

let ebb: Restarted
beforeEach(() => {
  ebb = new Restarted()
})
const { journalPartBytes } = limits
afterEach(() => {
  limits.journalPartBytes = journalPartBytes
  return ebb.remove()
})

const params = { app: "llm" }
const outcomes = { [Outcome.completed]: "completed", [Outcome.errored]: "errored", [Outcome.cancelled]: "cancelled" }

/** False where the runner has ended by itself since it was listed. */
const unlessEnded = (done: Promise<unknown>): Promise<boolean> =>
  done.then(
    () => true,
    (refused: Error) => {
      if (!refused.message.endsWith("has ended")) throw refused
      return false
    }
  )

const crashOne = () =>
  ebb.until(
    async () => {
      const [first] = (await ebb.ask(Api.appRunners, { params, query: {} })).runners
      if (first === undefined) return false
      return unlessEnded(ebb.ask(Api.faultRunner, { params: { runner: first.runner_id }, body: { do: "crash" } }))
    },
    (isDone) => isDone
  )

/** A direct request whose runner is killed under it. */
const killUnder = async () => {
  void ebb.direct("llm", { "x-ebb-service": "60s" })
  await ebb.until(
    async () => (await ebb.ask(Api.listRequests, { params: {}, query: {} })).requests,
    (rows) => rows.some(({ attempts, kind, outcome }) => kind === "direct" && outcome === null && attempts === 1)
  )
  const { runners } = await ebb.ask(Api.appRunners, { params, query: {} })
  for (const { runner_id } of runners) {
    await unlessEnded(ebb.ask(Api.killRunner, { params: { runner: runner_id } }))
  }
}

/** A session with a bit of everything that the outside world may do; its journal, and what its ledger says at the end. */
const session = async () => {
  await ebb.up(spec("60s"))
  for (let n = 0; n < 3; n++) await ebb.submit("llm", { "x-ebb-service": "1s" })
  await ebb.inFlight(1)
  await ebb.up(spec("60s"))
  await killUnder()
  const short = { "x-ebb-service": "60ms" }
  const load = (async () => {
    for (let n = 0; n < 60; n++) {
      await ebb.submit("llm", n % 7 === 0 ? { ...short, "x-fal-request-timeout": "0.3" } : short)
      void ebb.direct("llm", short).catch(() => {})
    }
  })()
  await ebb.ask(Api.scale, { params, query: {}, body: { max_concurrency: 4, min_concurrency: 2 } })
  await ebb.ask(Api.setSecret, { params: { name: "K" }, query: {}, body: { value: "v" } })
  await ebb.ask(Api.rollout, { params, query: {}, body: {} })
  await ebb.ask(Api.rollout, { params, query: {}, body: { order: "replace_first" } })
  await crashOne()
  await ebb.ask(Api.deploy, { params: {}, body: { spec: spec("70s"), detached: true } })
  await load
  await ebb.ask(Api.rollout, { params, query: {}, body: { force: true } })
  // More than there are slots, so that the last one waits.
  for (let n = 0; n < 8; n++) await ebb.submit("llm", { "x-ebb-service": "3s" })
  const cancelled = await ebb.submit("llm", short)
  await ebb.queue("PUT", `llm/requests/${cancelled}/cancel`)
  await ebb.ask(Api.deploy, { params: {}, body: { spec: spec("1s"), name: "other" } })
  await ebb.ask(Api.deleteApp, { params: { app: "other" }, query: {} })
  await ebb.ask(Api.flushQueue, { params, query: {} })
  await ebb.until(
    () => ebb.running.goingDown.gate.unfinished(),
    (count) => count === 0
  )
  const { requests } = await ebb.ask(Api.listRequests, { params: {}, query: { limit: "1000" } })
  return {
    journal: await new Response(await ebb.kernel.exportJournal()).text(),
    rows: requests.filter(({ outcome }) => outcome !== null)
  }
}

test("a live session, replayed in virtual time, gives every request its outcome again; a changed one is rejected by line", async () => {
  const { journal, rows } = await session()
  const again = new Map<number, object>()
  const replayed = replay(journal, {
    settled: ({ attempts, errorType, number, outcome, status }) => {
      const type = errorType === 0 ? null : errorTypeNames[errorType]
      again.set(number, { outcome: outcomes[outcome as keyof typeof outcomes], status, errorType: type, attempts })
    }
  })
  expect(Result.isSuccess(replayed)).toBe(true)
  expect(rows.length).toBeGreaterThan(60)
  expect(new Set(rows.map(({ outcome }) => outcome))).toEqual(new Set(["completed", "errored", "cancelled"]))
  for (const { attempts, errorType, number, outcome, status } of rows) {
    expect(again.get(number)).toEqual({ outcome, status, errorType, attempts })
  }

  const lines = journal.split("\n")
  const at = lines.findIndex((line) => line.includes('"submit"'))
  const changed = lines.with(at, lines[at]!.replace('"low":false', '"low":true'))
  const lost = lines.toSpliced(at, 1)
  for (const broken of [changed, lost]) {
    const rejected = replay(broken.join("\n"))
    expect(Result.isFailure(rejected) && rejected.failure.line).toBe(at + 1)
  }
})

/** The parts of a journal, each a journal of its own. */
const partsOf = (journal: string): ReadonlyArray<string> =>
  journal.split(/(?<=^\{"inputs":[^\n]*\n)/m).filter((part) => part !== "")

test("a long journal has parts: it replays whole, and from any part on", async () => {
  limits.journalPartBytes = 5000
  const { journal } = await session()
  const parts = partsOf(journal)
  expect(parts.length).toBeGreaterThan(2)
  const whole = Result.getOrThrow(replay(journal))
  for (let from = 1; from < parts.length; from++) {
    const later = Result.getOrThrow(replay(parts.slice(from).join("")))
    expect(later.hash).toBe(whole.hash)
    expect(later.fleet.state.requestsMade).toBe(whole.fleet.state.requestsMade)
  }
  expect(Result.getOrThrow(replay(parts[1]!)).inputs).toBeGreaterThan(0)
  const missing = replay(parts.toSpliced(1, 1).join(""))
  expect(Result.isFailure(missing) && missing.failure.message).toContain("begins with another Fleet")
})

test("the oldest parts go where they take too much, and what is left replays", async () => {
  limits.journalPartBytes = 5000
  const { journalBytes } = limits
  limits.journalBytes = 100_000
  try {
    const { journal } = await session()
    expect(JSON.parse(journal.slice(0, journal.indexOf("\n")))).toHaveProperty("fleet")
    expect(Result.isSuccess(replay(journal))).toBe(true)
  } finally {
    limits.journalBytes = journalBytes
  }
})

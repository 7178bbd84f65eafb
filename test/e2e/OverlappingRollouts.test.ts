import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import * as Api from "@ebb/protocol/rest/Api"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const ebb = new Ebb()

beforeAll(async () => {
  const file = join(ebb.data, "apps.yaml")
  const spec = `
app: { name: myapp, max_multiplexing: 8, termination_grace_period: 12s }
scaling: { min_concurrency: 2, max_concurrency: 12, keep_alive: 300s }
runner: { scheduling: 10ms, setup: 20ms, teardown: 10ms, service: 5ms }
`
  writeFileSync(file, spec)
  await ebb.up(file)
  await ebb.serving("myapp", 2)
})

afterAll(() => ebb.remove())

/** How a caller's request went, as the caller sees it. */
const seen = async (service: string): Promise<string> => {
  const answer = await ebb.direct("local/myapp", { service })
  if (answer.ok) return "answered"
  const { error_type: type }: { readonly error_type: string } = JSON.parse(await answer.text())
  return type
}

/** So many callers at once, of whom some ask for more than the grace period; all in flight before it goes on. */
const callers = async (services: ReadonlyArray<string>, inFlight: number) => {
  const asked = services.map(seen)
  await ebb.inFlight("myapp", inFlight)
  return Promise.all(asked)
}

const report = (rollout: string): Promise<RolloutReport> =>
  ebb.ask(Api.rolloutReport, { params: { rollout }, query: { wait: "finished" } })

const begin = (...more: ReadonlyArray<string>) => ebb.run("apps", "rollout", "myapp", ...more)

/** What the callers of a rollout saw, in the words of its report. */
const tallyOf = (all: ReadonlyArray<string>) => ({
  atStart: all.length,
  drained: all.filter((one) => one === "answered").length,
  errored: all.filter((one) => one === "runner_disconnected").length
})

test("of two rollouts that overlap each report says what its own callers saw, and a later force adds to neither", async () => {
  const fits = ["8s", "8s"]
  const exceeds = ["60s", "60s", "60s"]
  const first = callers([...fits, ...exceeds], 5)
  await ebb.inFlight("myapp", 5)
  expect(begin().stderr).toContain("rollout r-1 (graceful): 2 runners, 5 requests in flight")
  // Those that drain take nothing more: what comes now is on the runners in their place.
  await ebb.serving("myapp", 2)
  const second = callers(["8s", "60s"], 7)
  await ebb.inFlight("myapp", 7)
  expect(begin().stderr).toContain("rollout r-2 (graceful): 2 runners, 2 requests in flight")

  const reports = [await report("r-1"), await report("r-2")]
  const tallies = [await first, await second].map(tallyOf)
  expect(reports.map(({ inFlight }) => inFlight)).toEqual(tallies.map((tally) => expect.objectContaining(tally)))
  expect(reports.map(({ errorsByType }) => errorsByType)).toEqual([
    { runner_disconnected: 3 },
    { runner_disconnected: 1 }
  ])

  await ebb.serving("myapp", 2)
  const third = callers(["60s", "60s"], 2)
  await ebb.inFlight("myapp", 2)
  begin("--force")
  expect(await third).toEqual(["runner_disconnected", "runner_disconnected"])
  const forced = await report("r-3")
  expect([forced.inFlight.errored, forced.errorsByType]).toEqual([2, { runner_disconnected: 2 }])
  for (const earlier of reports) {
    const later = await report(earlier.id)
    expect([later.inFlight, later.errorsByType]).toEqual([earlier.inFlight, earlier.errorsByType])
  }
})

test("a rollout that replaces first says at once what is in flight, though nobody has got a signal yet", async () => {
  await ebb.serving("myapp", 2)
  const all = callers(["5s", "5s", "5s"], 3)
  await ebb.inFlight("myapp", 3)
  expect(begin("--order", "replace_first").stderr).toMatch(/rollout r-4 \(replace\): 2 runners, 3 requests in flight/)
  expect(await all).toEqual(["answered", "answered", "answered"])
  expect((await report("r-4")).inFlight.errored).toBe(0)
})

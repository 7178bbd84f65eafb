import * as Api from "@ebb/protocol/rest/Api"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const spec = `
app: { name: busy, max_multiplexing: 4, termination_grace_period: 5s }
scaling: { min_concurrency: 3, max_concurrency: 6 }
runner: { scheduling: 20ms, setup: 50ms, teardown: 20ms, service: { exponential: { mean: 150ms } } }
`

const kills = 10
const seed = Number(process.env["EBB_CRASH_SEED"] ?? Date.now() % 1_000_000)

/** Numbers from 0 to 1, the same for one seed (mulberry32). */
const randomOf = (from: number) => () => {
  from = (from + 0x6d2b79f5) | 0
  let t = Math.imul(from ^ (from >>> 15), 1 | from)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

const ebb = new Ebb()
afterAll(() => ebb.remove())

test(`kill -9 at ${kills} moments loses no acknowledged request, none is done twice, every rollout is reported`, async () => {
  console.log(`crash test: seed ${seed}; repeat it with EBB_CRASH_SEED=${seed}`)
  const random = randomOf(seed)
  const file = join(ebb.data, "busy.yaml")
  writeFileSync(file, spec)
  const acknowledged = new Set<string>()
  const rollouts = new Set<string>()

  for (let kill = 0; kill < kills; kill++) {
    await ebb.up(file)
    let isAlive = true
    const submitting = (async () => {
      while (isAlive) {
        // Where the sandbox was killed before it answered nothing was promised.
        await ebb.submit("local/busy").then(
          (id) => acknowledged.add(id),
          () => {}
        )
      }
    })()
    const { id } = await ebb.ask(Api.rollout, { params: { app: "busy" }, body: { force: random() < 0.5 } })
    rollouts.add(id)
    await new Promise((resolve) => setTimeout(resolve, random() * 600))
    await ebb.kill()
    isAlive = false
    await submitting
  }

  await ebb.up(file)
  const ledger = await ebb.until(
    () => ebb.ask(Api.listRequests, { params: {}, query: { app: "busy", limit: "10000" } }),
    ({ requests }) => requests.every(({ outcome }) => outcome !== null)
  )
  const rows = ledger.requests
  const completed = rows.filter(({ outcome }) => outcome === "completed").map(({ requestId }) => requestId)
  expect(acknowledged.size).toBeGreaterThan(kills)
  expect(rows.length).toBe(new Set(rows.map(({ requestId }) => requestId)).size)
  expect([...acknowledged].filter((id) => !completed.includes(id))).toEqual([])
  const listed = (await ebb.ask(Api.listRollouts, { params: {} })).rollouts
  expect(listed.map(({ id }) => id).toSorted()).toEqual([...rollouts].toSorted())
  expect(listed.filter(({ state }) => state === "running")).toEqual([])
})

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
        try {
          const answer = await ebb.api("POST", "/queue.fal.run/local/busy", { n: acknowledged.size })
          acknowledged.add(answer["request_id"])
        } catch {
          // The sandbox was killed before it answered: nothing was promised.
        }
      }
    })()
    const rolling = ebb
      .api("POST", "/v1/apps/busy/rollouts", { force: random() < 0.5 })
      .then(({ id }) => rollouts.add(id))
    await rolling
    await new Promise((resolve) => setTimeout(resolve, random() * 600))
    await ebb.kill()
    isAlive = false
    await submitting
  }

  await ebb.up(file)
  const done = await ebb.until(
    () => ebb.api("GET", "/v1/requests?app=busy&limit=10000"),
    ({ requests }) => requests.every(({ outcome }: any) => outcome !== null)
  )
  const rows: ReadonlyArray<any> = done["requests"]
  const completed = rows.filter(({ outcome }) => outcome === "completed").map(({ requestId }) => requestId)
  expect(acknowledged.size).toBeGreaterThan(kills)
  expect(rows.length).toBe(new Set(rows.map(({ requestId }) => requestId)).size)
  expect([...acknowledged].filter((id) => !completed.includes(id))).toEqual([])
  const listed = (await ebb.api("GET", "/v1/rollouts"))["rollouts"]
  expect(listed.map(({ id }: any) => id).toSorted()).toEqual([...rollouts].toSorted())
  expect(listed.filter(({ state }: any) => state === "running")).toEqual([])
})

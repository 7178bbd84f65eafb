import * as Api from "@ebb/protocol/rest/Api"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { randomOf } from "../hostile/crash/KillLoop.ts"
import { Ebb } from "./Ebb.ts"

const spec = `
app: { name: busy, max_multiplexing: 4, termination_grace_period: 5s }
scaling: { min_concurrency: 3, max_concurrency: 12 }
runner: { scheduling: 20ms, setup: 50ms, teardown: 20ms, service: { exponential: { mean: 40ms } } }
`

const kills = 10
const seed = Number(process.env["EBB_CRASH_SEED"] ?? Date.now() % 1_000_000)

const idOf = ({ application_id }: { readonly application_id: string }): string => application_id

const ebbs: Array<Ebb> = []
const newEbb = (): Ebb => {
  const ebb = new Ebb()
  ebbs.push(ebb)
  return ebb
}
afterAll(() => Promise.all(ebbs.map((ebb) => ebb.remove())))

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** What an operator was told is done; `asked` is what was on its way when the sandbox was killed. */
class Told<A> {
  readonly done: Array<A>
  asked: A | null = null

  constructor(...before: ReadonlyArray<A>) {
    this.done = [...before]
  }

  async ask(value: A, doing: Promise<unknown>): Promise<void> {
    this.asked = value
    await doing
    this.done.push(value)
    this.asked = null
  }

  /** Once so many more were acknowledged. */
  async more(count: number): Promise<void> {
    const goal = this.done.length + count
    while (this.done.length < goal) await sleep(5)
  }

  /** What may be in force now: the last that was acknowledged, or the one that was being asked for. */
  get possible(): ReadonlyArray<A> {
    return [...this.done.slice(-1), ...(this.asked === null ? [] : [this.asked])]
  }
}

test(`kill -9 at ${kills} moments of an operator's work, or on the way down, undoes nothing that was acknowledged`, async () => {
  console.log(`crash test: seed ${seed}; repeat it with EBB_CRASH_SEED=${seed}`)
  const ebb = newEbb()
  const random = randomOf(seed + 1)
  const file = join(ebb.data, "busy.yaml")
  writeFileSync(file, spec)
  await ebb.up(file)
  const secrets = new Told<string>()
  const [before] = (await ebb.ask(Api.listApps, { params: {}, query: {} })).apps
  const keepAlives = new Told(before!.keep_alive)
  const environments = new Told<string>()
  const revisions = new Set((await ebb.ask(Api.listRevisions, { params: {}, query: {} })).revisions.map(idOf))
  let step = 0
  const work = async (): Promise<void> => {
    const n = ++step
    const [secret, env] = [`S${n}`, `e${n}`]
    await secrets.ask(secret, ebb.ask(Api.setSecret, { params: { name: secret }, query: {}, body: { value: "v" } }))
    await keepAlives.ask(n, ebb.ask(Api.scale, { params: { app: "busy" }, query: {}, body: { keep_alive: n } }))
    await environments.ask(env, ebb.ask(Api.createEnvironment, { params: {}, body: { name: env } }))
    const deploy = { spec: spec.replace("40ms", `${40 + n}ms`), strategy: "rolling" } as const
    revisions.add((await ebb.ask(Api.deploy, { params: {}, body: deploy })).revision)
    await ebb.submit("local/busy")
  }

  for (let kill = 0; kill < kills; kill++) {
    let isAlive = true
    const working = (async () => {
      while (isAlive) await work().catch(() => {})
    })()
    // At once, and where a busy machine does little in that time after some of its work was acknowledged.
    if (kill % 3 > 0) await secrets.more(2)
    await sleep(random() * 300)
    if (kill % 3 === 2) {
      void ebb.ask(Api.down, { params: {} }).catch(() => {})
      await sleep(random() * 300)
    }
    isAlive = false
    await ebb.kill()
    await working
    await ebb.up()

    const [app] = (await ebb.ask(Api.listApps, { params: {}, query: {} })).apps
    expect(keepAlives.possible).toContain(app?.keep_alive)
    const names = (await ebb.ask(Api.listSecrets, { params: {}, query: {} })).secrets.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(secrets.done))
    const { environments: envs } = await ebb.ask(Api.listEnvironments, { params: {} })
    expect(envs.map(({ name }) => name)).toEqual(expect.arrayContaining(environments.done))
    const listed = (await ebb.ask(Api.listRevisions, { params: {}, query: {} })).revisions
    expect(listed.map(idOf)).toEqual(expect.arrayContaining([...revisions]))
    expect(listed.filter(({ is_current }) => is_current)).toHaveLength(1)
    expect(listed.findLast(({ is_current }) => is_current)?.state).toBe("ready")
  }
  expect(secrets.done.length).toBeGreaterThan(kills)
})

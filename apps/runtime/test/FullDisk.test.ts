import * as Api from "@ebb/protocol/rest/Api"
import { Sqlite } from "@ebb/runtime/store/Database"
import { Queue } from "@ebb/runtime/store/QueueStore"
import { KeptRequests } from "@ebb/runtime/store/RequestReader"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { Restarted, spec } from "./Restarted.ts"

let ebb: Restarted
beforeEach(async () => {
  ebb = new Restarted()
  await ebb.up(spec("60s"))
})
afterEach(() => ebb.remove())

const refuses = (isFull: boolean): void => {
  ebb.running.get(Sqlite).all(`pragma query_only = ${isFull ? 1 : 0}`)
}

const app = { params: { app: "llm" }, query: {} }
const other = spec("60s").replace("5s }", "6s }")
const reason = "cannot write to its data directory: it is read-only. Nothing of this was kept"

/** All that a command may change, as it is told. */
const state = async () => {
  const none = { params: {}, query: {} }
  const { runners } = await ebb.ask(Api.listRunners, none)
  const { apps } = await ebb.ask(Api.listApps, none)
  return {
    apps,
    runners: runners.map(({ in_flight_requests, runner_id, state }) => ({ in_flight_requests, runner_id, state })),
    kept: await kept(),
    requests: (await ebb.ask(Api.listRequests, none)).requests
  }
}

/** The same of what outlives the sandbox. */
const kept = async () => {
  const none = { params: {}, query: {} }
  return {
    apps: (await ebb.ask(Api.listApps, none)).apps.map(({ active_runners: _, ...others }) => others),
    revisions: await ebb.revisions("llm"),
    rollouts: await ebb.ask(Api.listRollouts, none),
    environments: await ebb.ask(Api.listEnvironments, { params: {} }),
    secrets: await ebb.ask(Api.listSecrets, none),
    keys: await ebb.ask(Api.listKeys, { params: {} }),
    teams: await ebb.ask(Api.listTeams, { params: {} })
  }
}

const runnersAre = (wanted: string) =>
  ebb.until(
    async () => (await ebb.ask(Api.listRunners, { params: {}, query: {} })).runners.map(({ state }) => state),
    (states) => states.toSorted().join() === wanted
  )

/** A request in flight and one that waits, an older revision, another environment, a secret. */
const furnish = async (): Promise<void> => {
  await ebb.ask(Api.deploy, { params: {}, body: { spec: other } })
  await ebb.ask(Api.createEnvironment, { params: {}, body: { name: "stage" } })
  await ebb.ask(Api.deploy, { params: {}, query: { env: "stage" }, body: { spec: spec("60s") } })
  await ebb.ask(Api.setSecret, { params: { name: "A" }, query: {}, body: { value: "1" } })
  await ebb.ask(Api.createKey, { params: {}, body: { scope: "API" } })
  await ebb.submit("llm")
  await ebb.submit("llm")
  await runnersAre("IDLE,RUNNING")
}

const older = async (): Promise<string> => (await ebb.revisions("llm")).find(({ isCurrent }) => !isCurrent)!.id

const revoke = async () => {
  const { keys } = await ebb.ask(Api.listKeys, { params: {} })
  return ebb.ask(Api.revokeKey, { params: { key: keys.find(({ scope }) => scope === "API")!.key_id } })
}

const commands: Record<string, () => Promise<unknown>> = {
  rollout: () => ebb.ask(Api.rollout, { ...app, body: {} }),
  "rollout by force": () => ebb.ask(Api.rollout, { ...app, body: { force: true } }),
  "rollout with replacements first": () => ebb.ask(Api.rollout, { ...app, body: { order: "replace_first" } }),
  scale: () => ebb.ask(Api.scale, { ...app, body: { max_concurrency: 7, valid_regions: ["us-east"] } }),
  "delete of an app": () => ebb.ask(Api.deleteApp, app),
  "delete of an environment": () => ebb.ask(Api.deleteEnvironment, { params: { name: "stage" } }),
  "delete of a revision": async () => ebb.ask(Api.deleteRevision, { params: { revision: await older() } }),
  "set-rev": async () => ebb.ask(Api.setRevision, { ...app, body: { revision: await older(), auth: "public" } }),
  "set-rev, rolling": async () =>
    ebb.ask(Api.setRevision, { ...app, body: { revision: await older(), auth: "public", strategy: "rolling" } }),
  "deploy of another spec": () => ebb.ask(Api.deploy, { params: {}, body: { spec: spec("1s"), strategy: "recreate" } }),
  "deploy of another app": () => ebb.ask(Api.deploy, { params: {}, body: { spec: spec("1s"), name: "new" } }),
  flush: () => ebb.ask(Api.flushQueue, app),
  "set of a secret": () => ebb.ask(Api.setSecret, { params: { name: "B" }, query: {}, body: { value: "1" } }),
  "unset of a secret": () => ebb.ask(Api.unsetSecret, { params: { name: "A" }, query: {} }),
  "a new environment": () => ebb.ask(Api.createEnvironment, { params: {}, body: { name: "other" } }),
  "a new key": () => ebb.ask(Api.createKey, { params: {}, body: { scope: "API" } }),
  "end of a key": revoke,
  "a new team": () => ebb.ask(Api.createTeam, { params: {}, body: { name: "acme" } })
}

describe("a command that the disk refuses has done nothing, now and after a restart", () => {
  test.each(Object.entries(commands))("%s", async (_, command) => {
    await furnish()
    const before = await state()
    refuses(true)
    await expect(command()).rejects.toThrow(reason)
    expect(await state()).toEqual(before)
    expect(existsSync(join(ebb.data, "keys", "acme.key"))).toBe(false)
    refuses(false)
    await ebb.up()
    expect(await kept()).toEqual(before.kept)
    await expect(command()).resolves.toBeDefined()
  })
})

test("a force that would escalate a rollout under way does not", async () => {
  await furnish()
  await ebb.ask(Api.rollout, { ...app, body: {} })
  await runnersAre("DRAINING,IDLE,RUNNING")
  const before = await state()
  refuses(true)
  await expect(ebb.ask(Api.rollout, { ...app, body: { force: true } })).rejects.toThrow(reason)
  expect(await state()).toEqual(before)
  refuses(false)
  const { escalated, escalatedAt } = await ebb.ask(Api.rollout, { ...app, body: { force: true } })
  expect([escalated, escalatedAt]).toEqual([{ runners: 1, inFlight: 1 }, expect.any(String)])
  await ebb.crash()
  await ebb.up()
  expect((await ebb.ask(Api.listRollouts, { params: {}, query: {} })).rollouts[0]).toMatchObject({ escalatedAt })
})

test("a request whose cancellation is refused goes on", async () => {
  await furnish()
  const { requests } = await ebb.ask(Api.listRequests, { params: {}, query: {} })
  refuses(true)
  for (const { requestId } of requests)
    expect((await ebb.queue("PUT", `llm/requests/${requestId}/cancel`)).status).toBe(507)
  expect((await ebb.ask(Api.listRequests, { params: {}, query: {} })).requests).toEqual(requests)
})

test("what was to be flushed when the sandbox was killed is cancelled after its next start", async () => {
  await furnish()
  const { requests } = await ebb.ask(Api.listRequests, { params: {}, query: {} })
  const { requestId } = requests.find(({ attempts }) => attempts === 0)!
  // As a kill leaves it that comes before the outcomes.
  ebb.running.get(Queue).cancelAsked([requestId])
  await ebb.crash()
  await ebb.up()
  expect(await ebb.settled(requestId)).toMatchObject({ outcome: "cancelled", status: 499, attempts: 0 })
})

describe("a flush of more requests than go at once", () => {
  /** Calls back when the first of them are gone. */
  const flushed = async (between: (nowMs: number) => void) => {
    await ebb.until(
      () => ebb.kernel.state.apps[0]!.slotsReady,
      (slots) => slots === 1
    )
    await Promise.all(Array.from({ length: 202 }, () => ebb.submit("llm")))
    const { world } = ebb.kernel
    const { flush } = world.fleet
    const spied = vi.spyOn(world.fleet, "flush").mockImplementation((...args) => {
      spied.mockRestore()
      const gone = flush.apply(world.fleet, args)
      between(args[0])
      return gone
    })
    return ebb.ask(Api.flushQueue, app)
  }
  const open = async () => {
    const { requests } = await ebb.ask(Api.listRequests, { params: {}, query: {} })
    return requests.filter(({ outcome }) => outcome === null)
  }

  test("leaves one that is sent to a runner meanwhile", async () => {
    const { fleet } = ebb.kernel.world
    const scaled = (nowMs: number) => void fleet.scale(nowMs, 0, { maxMultiplexing: 2 })
    expect(await flushed(scaled)).toEqual({ flushed: 200 })
    const left = await open()
    expect(left.map(({ attempts }) => attempts)).toEqual([1, 1])
    const kept = ebb.running.get(KeptRequests)
    expect(left.map(({ requestId }) => kept.find(requestId!)?.isCancelAsked)).toEqual([false, false])
  })

  test("says how many are gone where the disk refuses the rest", async () => {
    await expect(flushed(() => refuses(true))).rejects.toThrow(
      "200 of 201 requests were flushed, then the sandbox could not write: it is read-only. The others wait on"
    )
    refuses(false)
    expect((await open()).map(({ attempts }) => attempts).toSorted()).toEqual([0, 1])
  })
})

test("to stop a runner takes no disk: its end is written down when there is room", async () => {
  await furnish()
  const { runners } = await ebb.ask(Api.listRunners, { params: {}, query: {} })
  refuses(true)
  for (const { runner_id: runner } of runners) await ebb.ask(Api.killRunner, { params: { runner }, query: {} })
  refuses(false)
  await ebb.up()
  const since = new Date(Date.now() - 60_000).toISOString()
  const { runners: all } = await ebb.ask(Api.listRunners, { params: {}, query: { since } })
  for (const { runner_id: id } of runners) {
    expect(all.find(({ runner_id }) => runner_id === id)?.state).toBe("TERMINATED")
    const { logs } = await ebb.ask(Api.runnerLogs, { params: { runner: id }, query: {} })
    expect(logs.map(({ message }) => message)).toContain("SIGKILL")
  }
})

test("a rollout that is refused once it has been written down is not kept: the next one has its number", async () => {
  await ebb.up(other.replace("name: llm", "name: next"))
  const database = ebb.running.get(Sqlite)
  database.run(`insert into rollouts (id, team, env, app, state, started_ms, summary, report)
    values (-1000, 'local', 'main', 'llm', 'finished', 0, '{}', '{}')`)
  database.run(`create temp trigger full before delete on rollouts
    begin select raise(abort, 'database or disk is full'); end`)
  await expect(ebb.ask(Api.rollout, { ...app, body: {} })).rejects.toThrow()
  database.run("drop trigger full")
  const { id } = await ebb.ask(Api.rollout, { ...app, params: { app: "next" }, body: {} })
  const { rollouts } = await ebb.ask(Api.listRollouts, { params: {}, query: {} })
  expect(rollouts.map((one) => [one.id, one.app])).toEqual([[id, "next"]])
})

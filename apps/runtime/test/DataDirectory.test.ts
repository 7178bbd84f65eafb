import * as Api from "@ebb/protocol/rest/Api"
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import { Restarted } from "./Restarted.ts"

/** Written by ebb 0.1.0, which was killed with three queued requests and a graceful rollout under way. */
const archive = join(import.meta.dirname, "fixtures/data-0.1.0.tar.gz")

const ebb = new Restarted()
afterEach(() => ebb.remove())

const none = { params: {}, query: {} }
const completed = "c07e520e-0ba2-4e9e-9438-42a7b151316e"
const file = "43173e0c-ca6a-46e3-8bf9-9bca266adb21"

test("a data directory of the version before opens with everything that is in it", async () => {
  execFileSync("tar", ["-xzf", archive, "-C", ebb.data, "--strip-components=1"])
  await ebb.up()

  const { apps } = await ebb.ask(Api.listApps, none)
  expect(apps).toMatchObject([{ alias: "llm", max_concurrency: 2, keep_alive: 7, machine_types: ["GPU-H100"] }])
  const revisions = await ebb.revisions("llm")
  expect(revisions.map(({ isCurrent }) => isCurrent)).toEqual([true, false])
  const { secrets } = await ebb.ask(Api.listSecrets, none)
  expect(secrets.map(({ name }) => name)).toEqual(["TOKEN"])
  const { environments } = await ebb.ask(Api.listEnvironments, { params: {} })
  expect(environments.map(({ name }) => name)).toEqual(["main", "staging"])
  const { teams } = await ebb.ask(Api.listTeams, { params: {} })
  expect(teams.map(({ nickname }) => nickname)).toEqual(["local", "acme"])
  const { keys } = await ebb.ask(Api.listKeys, { params: {} })
  expect(keys.map(({ description, scope }) => [scope, description])).toContainEqual(["API", "ci"])

  const { rollouts } = await ebb.ask(Api.listRollouts, none)
  expect(rollouts.map(({ id, mode, state }) => [id, mode, state])).toEqual([
    ["r-3", "graceful", "interrupted"],
    ["r-2", "force", "finished"],
    ["r-1", "graceful", "finished"]
  ])
  const report = await ebb.ask(Api.rolloutReport, { params: { rollout: "r-3" }, query: {} })
  expect(report.runners.every(({ endedBy }) => endedBy !== null)).toBe(true)

  expect(await (await ebb.queue("GET", `llm/requests/${completed}`)).json()).toEqual({ prompt: "kept" })
  const served = await fetch(`${ebb.running.url}/v3.fal.media/files/${file}/note.txt`)
  expect(await served.text()).toBe("kept file")
  const { requests } = await ebb.ask(Api.listRequests, none)
  expect(requests.filter(({ outcome }) => outcome === null)).toHaveLength(3)
  expect(requests.filter(({ outcome }) => outcome === "completed").map(({ kind }) => kind)).toEqual([
    "queued",
    "direct"
  ])
  expect(existsSync(join(ebb.data, "journal", "1795891367787.jsonl"))).toBe(true)
  // And it goes on: a queued request is in flight again.
  await ebb.until(
    () => ebb.kernel.state.apps[0]!.attempts.length,
    (inFlight) => inFlight > 0
  )
})

import { IsolateController } from "@ebb/protocol/gen/controller_pb"
import { RunnerInfo_State as State } from "@ebb/protocol/gen/controller_pb"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { frame, GrpcClient, keyOf } from "../../apps/runtime/test/doors/GrpcClient.ts"
import { Ebb } from "./Ebb.ts"

const { method } = IsolateController
const status = {
  ok: 0,
  invalidArgument: 3,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  failedPrecondition: 9,
  unimplemented: 12,
  unauthenticated: 16
} as const

const spec = `
app: { name: myapp, max_multiplexing: 4, termination_grace_period: 30s }
scaling: { min_concurrency: 2, max_concurrency: 4, keep_alive: 300s }
runner: { scheduling: 5ms, setup: 20ms, teardown: 5ms, service: 20ms }
`

const ebb = new Ebb()
const clients: Array<GrpcClient> = []
/** A client that knows nothing of the server's library: Node's HTTP/2 and the messages. */
const clientOf = (key: string, further: Readonly<Record<string, string>> = {}): GrpcClient => {
  const [id = "", secret = ""] = key.split(":")
  const client = new GrpcClient(ebb.url, { ...keyOf(id, secret), ...further })
  clients.push(client)
  return client
}
let admin: GrpcClient

beforeAll(async () => {
  const file = join(ebb.data, "myapp.yaml")
  writeFileSync(file, spec)
  // What is deployed without a profile takes ten seconds to start.
  await ebb.up(file, "--speed", "20")
  await ebb.serving("myapp", 2)
  expect(ebb.run("teams", "create", "acme").code).toBe(0)
  admin = clientOf(ebb.key)
})

afterAll(async () => {
  for (const client of clients) client.close()
  await ebb.remove()
})

const serving = (state: State | undefined) => state === State.IDLE || state === State.RUNNING
const runnersOf = async (alias: string) => (await admin.call(method.listAliasRunners, { alias })).messages[0]!.runners
const servingOf = async (alias: string) =>
  (
    await ebb.until(
      () => runnersOf(alias),
      (runners) => runners.filter((runner) => serving(runner.state)).length >= 2
    )
  ).filter((runner) => serving(runner.state))

test("the frame of wire clients: a rollout by force, in answer an empty message and status 0", async () => {
  const before = (await servingOf("myapp")).map(({ runnerId }) => runnerId)
  const raw = admin.open("/controller.IsolateController/RolloutApplication")
  raw.stream.end(Buffer.from("00000000090a056d796170701001", "hex"))
  expect(await raw.ended()).toMatchObject({ status: status.ok })
  expect(raw.bytes.toString("hex")).toBe("0000000000")
  const after = (await servingOf("myapp")).map(({ runnerId }) => runnerId)
  expect(after.filter((id) => before.includes(id))).toEqual([])
  expect((await ebb.finished()).mode).toBe("force")
})

test("apps and their revisions: listed, scaled, rolled out, set back and deleted", async () => {
  const [apps] = (await admin.call(method.listAliases, {})).messages
  expect(apps?.aliases.map(({ alias, activeRunners }) => [alias, activeRunners])).toEqual([["myapp", 2]])
  const { messages } = await admin.call(method.updateApplication, { applicationName: "myapp", keepAlive: 77 })
  expect(messages[0]?.aliasInfo).toMatchObject({ alias: "myapp", keepAlive: 77, maxConcurrency: 4 })
  expect(await admin.call(method.updateApplication, { applicationName: "myapp", maxConcurrency: 0 })).toMatchObject({
    status: status.invalidArgument
  })
  expect(await admin.call(method.rolloutApplication, { applicationName: "myapp", force: false })).toMatchObject({
    status: status.ok
  })
  expect((await ebb.finished()).mode).toBe("graceful")

  const deployed = await admin.call(method.registerApplication, { applicationName: "second" })
  const first = deployed.messages[0]!
  expect(first.serviceUrls?.run).toBe(`${ebb.url}/fal.run/local/second`)
  const again = await admin.call(method.registerApplication, { applicationName: "second" })
  const [one = "", two = ""] = [first.result?.applicationId, again.messages[0]?.result?.applicationId]
  const revisions = await admin.call(method.listApplications, { applicationName: "second" })
  expect(revisions.messages[0]?.applications.map(({ applicationId }) => applicationId).toSorted()).toEqual(
    [one, two].toSorted()
  )
  const set = await admin.call(method.setAlias, { alias: "second", revision: one })
  expect(set.messages[0]?.aliasInfo?.revision).toBe(one)
  expect((await admin.call(method.deleteApplication, { applicationId: one })).status).toBe(status.failedPrecondition)
  expect((await admin.call(method.deleteApplication, { applicationId: two })).status).toBe(status.ok)
  expect((await admin.call(method.deleteAlias, { alias: "second" })).messages[0]?.revision).toBe(one)
  expect((await admin.call(method.deleteAlias, { alias: "second" })).status).toBe(status.notFound)
})

test("a deploy as the public command line does it, with 12 MiB of code", async () => {
  await admin.call(method.listAliases, {})
  const built = await admin.call(method.buildEnvironment, { applicationName: "large" })
  expect(built.messages.at(-1)?.status?.state).toBe(1)
  const code = { method: "cloudpickle", definition: new Uint8Array(12 * 2 ** 20), wasItRaised: false }
  const machineRequirements = {
    machineTypes: ["XS"],
    machineType: "XS",
    keepAlive: 10,
    exposedPort: 8080,
    validRegions: ["us-east"]
  }
  const deployed = await admin.call(method.registerApplication, {
    applicationName: "large",
    code: { case: "function", value: code },
    machineRequirements
  })
  expect(deployed.status).toBe(status.ok)
  expect(deployed.messages[0]?.result?.applicationId).not.toBe("")
  expect((await ebb.direct("local/large", { service: "1ms" })).status).toBe(200)
  const { aliases = [] } = (await admin.call(method.listAliases, {})).messages[0] ?? {}
  expect(aliases.find(({ alias }) => alias === "large")).toMatchObject({ validRegions: ["us-east"], authMode: 0 })
  const elsewhere = await admin.call(method.buildEnvironment, { applicationName: "large", environmentName: "nope" })
  expect(elsewhere.status).toBe(status.notFound)
})

test("runners: listed, stopped, replaced and killed", async () => {
  const [first, second] = await servingOf("myapp")
  expect((await admin.call(method.listRunners, {})).messages[0]?.runners.length).toBeGreaterThanOrEqual(2)
  const stop = { runnerId: first!.runnerId, replaceFirst: true }
  expect((await admin.call(method.stopRunner, stop)).status).toBe(status.ok)
  expect((await admin.call(method.killRunner, { runnerId: second!.runnerId })).status).toBe(status.ok)
  const ended = await ebb.until(
    () => runnersOf("myapp"),
    (runners) => runners.every(({ runnerId }) => runnerId !== first!.runnerId && runnerId !== second!.runnerId)
  )
  expect(ended.length).toBeGreaterThan(0)
  const shell = admin.open("/controller.IsolateController/ShellRunner")
  shell.stream.end(frame(Buffer.from("0a016e", "hex")))
  expect(await shell.ended()).toMatchObject({ status: status.notFound, details: "Runner 'n' not found" })
})

test("environments, their apps and secrets", async () => {
  const made = await admin.call(method.createEnvironment, { name: "staging", description: "before" })
  expect(made.messages[0]?.environment).toMatchObject({ name: "staging", description: "before", isDefault: false })
  expect((await admin.call(method.createEnvironment, { name: "staging" })).status).toBe(status.alreadyExists)
  const there = { environmentName: "staging" }
  await admin.call(method.registerApplication, { applicationName: "myapp--staging", ...there })
  const [listed] = (await admin.call(method.listAliases, there)).messages
  expect(listed?.aliases).toMatchObject([{ alias: "myapp--staging", environmentName: "staging" }])
  const rollout = { applicationName: "myapp--staging", force: true, ...there }
  expect((await admin.call(method.rolloutApplication, rollout)).status).toBe(status.ok)
  const torn = { applicationName: "myapp--staging", environmentName: "main" }
  expect((await admin.call(method.rolloutApplication, torn)).status).toBe(status.invalidArgument)

  expect((await admin.call(method.setSecret, { name: "K", value: "v", ...there })).status).toBe(status.ok)
  expect((await admin.call(method.listSecrets, there)).messages[0]?.secrets.map(({ name }) => name)).toEqual(["K"])
  const inMain = (await admin.call(method.listSecrets, { environmentName: "main" })).messages[0]?.secrets
  expect(inMain).toEqual([])
  expect((await admin.call(method.setSecret, { name: "K", ...there })).status).toBe(status.ok)
  expect((await admin.call(method.setSecret, { name: "K", ...there })).status).toBe(status.notFound)

  expect((await admin.call(method.deleteEnvironment, { name: "main" })).status).toBe(status.failedPrecondition)
  expect((await admin.call(method.deleteEnvironment, { name: "staging" })).status).toBe(status.ok)
  const names = (await admin.call(method.listEnvironments, {})).messages[0]?.environments.map(({ name }) => name)
  expect(names).toEqual(["main"])
})

test("keys: made, listed, used and revoked", async () => {
  const made = (await admin.call(method.createUserKey, { scope: 0, alias: "mine" })).messages[0]!
  const listed = (await admin.call(method.listUserKeys, {})).messages[0]!
  expect(listed.userKeys.find(({ keyId }) => keyId === made.keyId)).toMatchObject({ alias: "mine", scope: 0 })
  const other = clientOf(`${made.keyId}:${made.keySecret}`)
  expect((await other.call(method.listAliases, {})).status).toBe(status.ok)
  expect((await admin.call(method.revokeUserKey, { keyId: made.keyId })).status).toBe(status.ok)
  expect((await other.call(method.listAliases, {})).status).toBe(status.unauthenticated)
})

const offered = IsolateController.methods.filter(({ name }) => !["Run", "Map", "InteractiveRun"].includes(name))
const empty = (client: GrpcClient, name: string) => {
  const raw = client.open(`/controller.IsolateController/${name}`)
  raw.stream.end(frame(new Uint8Array()))
  return raw.ended()
}

test("every method refuses a wrong key, one that may only call apps, and a name of elsewhere: in trailers alone", async () => {
  const made = (await admin.call(method.createUserKey, { scope: 1 })).messages[0]!
  const asked = [
    { client: clientOf("no:body"), code: status.unauthenticated },
    { client: clientOf(`${made.keyId}:${made.keySecret}`), code: status.permissionDenied },
    { client: clientOf(ebb.key, { ":authority": "evil.example" }), code: status.permissionDenied },
    { client: clientOf(ebb.key, { origin: "https://evil.example" }), code: status.permissionDenied }
  ]
  expect(offered).toHaveLength(22)
  for (const { client, code } of asked) {
    for (const { name } of offered) {
      const { isTrailersOnly, status } = await empty(client, name)
      expect([name, status, isTrailersOnly]).toEqual([name, code, true])
    }
  }
})

test("what a local sandbox does not do is UNIMPLEMENTED, with a sentence", async () => {
  for (const name of ["Run", "Map", "InteractiveRun"]) {
    const details = expect.stringContaining(`${name} is not part of a local sandbox, which runs no Python code: `)
    expect(await empty(admin, name)).toMatchObject({ status: status.unimplemented, details })
  }
})

test("what another team owns is as if it were not there", async () => {
  const theirs = clientOf(readFileSync(join(ebb.data, "keys", "acme.key"), "utf8").trim())
  const [runner] = await servingOf("myapp")
  const [app] = (await admin.call(method.listAliases, {})).messages[0]!.aliases
  const [key] = (await admin.call(method.listUserKeys, {})).messages[0]!.userKeys
  const refused = [
    await theirs.call(method.rolloutApplication, { applicationName: "myapp", force: true }),
    await theirs.call(method.updateApplication, { applicationName: "myapp", keepAlive: 1 }),
    await theirs.call(method.setAlias, { alias: "myapp", revision: app!.revision }),
    await theirs.call(method.deleteAlias, { alias: "myapp" }),
    await theirs.call(method.deleteApplication, { applicationId: app!.revision }),
    await theirs.call(method.listAliasRunners, { alias: "myapp" }),
    await theirs.call(method.stopRunner, { runnerId: runner!.runnerId }),
    await theirs.call(method.killRunner, { runnerId: runner!.runnerId }),
    await theirs.call(method.revokeUserKey, { keyId: key!.keyId }),
    await theirs.call(method.setSecret, { name: "K" })
  ]
  for (const { details, status: code } of refused) {
    expect([details, code]).toEqual([details, status.notFound])
    expect(details).not.toContain("acme")
  }
  const [apps] = (await theirs.call(method.listAliases, {})).messages
  const [runners] = (await theirs.call(method.listRunners, {})).messages
  const [revisions] = (await theirs.call(method.listApplications, {})).messages
  const [keys] = (await theirs.call(method.listUserKeys, {})).messages
  expect([apps?.aliases, runners?.runners, revisions?.applications]).toEqual([[], [], []])
  expect(keys?.userKeys.map(({ keyId }) => keyId)).not.toContain(key!.keyId)
  expect((await runnersOf("myapp")).map(({ runnerId }) => runnerId)).toContain(runner!.runnerId)
})

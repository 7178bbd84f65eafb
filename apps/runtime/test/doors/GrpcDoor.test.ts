import { IsolateController, RunnerInfo_State as State } from "@ebb/protocol/gen/controller_pb"
import { written } from "@ebb/runtime/planes/grpc/GrpcCall"
import { gzipSync } from "node:zlib"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { frame, type GrpcClient, keyOf } from "./GrpcClient.ts"
import type { MemoryControl } from "./MemoryControl.ts"
import { Rig } from "./Rig.ts"

const { method } = IsolateController
const key = keyOf("id", "secret")

let rig: Rig
let control: MemoryControl
let client: GrpcClient

beforeEach(async () => {
  rig = await Rig.open()
  control = rig.control
  client = rig.client(key)
})

afterEach(() => rig.close())

describe("a rollout", () => {
  const path = "/controller.IsolateController/RolloutApplication"
  const send = async (hex: string) => {
    const call = client.open(path)
    call.stream.end(Buffer.from(hex, "hex"))
    const ended = await call.ended()
    return { ...ended, bytes: call.bytes.toString("hex") }
  }

  it("of myapp by force: the bytes that clients send in, an empty message and status 0 out", async () => {
    const { bytes, isTrailersOnly, status } = await send("00" + "00000009" + "0a056d79617070" + "1001")
    assert.deepStrictEqual({ bytes, isTrailersOnly, status }, { bytes: "0000000000", isTrailersOnly: false, status: 0 })
    assert.deepStrictEqual(control.calls, [["rollout", { app: "myapp", env: undefined, force: true }]])
  })

  it("without force says so explicitly", async () => {
    assert.strictEqual((await send("00" + "00000009" + "0a056d79617070" + "1000")).status, 0)
    assert.deepStrictEqual(control.calls, [["rollout", { app: "myapp", env: undefined, force: false }]])
  })

  it("in an environment passes on the suffixed name and the field", async () => {
    const request = { applicationName: "myapp--staging", environmentName: "staging" }
    assert.strictEqual((await client.call(method.rolloutApplication, request)).status, 0)
    assert.deepStrictEqual(control.calls, [["rollout", { app: "myapp--staging", env: "staging", force: undefined }]])
  })

  it("of an unknown app is status 5 with a sentence, sent as trailers only", async () => {
    const ended = await client.call(method.rolloutApplication, { applicationName: "nope" })
    assert.deepStrictEqual(ended, {
      status: 5,
      details: "Application 'nope' not found – 100 %",
      messages: [],
      isTrailersOnly: true
    })
  })

  it("while the sandbox goes down is status 14 as trailers only, which clients try again", async () => {
    const { isTrailersOnly, status } = await client.call(method.rolloutApplication, { applicationName: "busy" })
    assert.deepStrictEqual({ isTrailersOnly, status }, { isTrailersOnly: true, status: 14 })
  })

  it("that hits a bug is status 13, and the next call is served", async () => {
    const broken = await client.call(method.rolloutApplication, { applicationName: "broken" })
    assert.deepStrictEqual([broken.status, broken.details], [13, "The sandbox failed; see its log"])
    assert.strictEqual((await client.call(method.rolloutApplication, { applicationName: "myapp" })).status, 0)
  })

  it("in bytes that are no message is refused, and the next call is served", async () => {
    assert.strictEqual((await send("00" + "00000002" + "0aff")).status, 13)
    assert.strictEqual((await client.call(method.rolloutApplication, { applicationName: "myapp" })).status, 0)
  })
})

describe("credentials", () => {
  const list = async (headers: Readonly<Record<string, string>>) => {
    const { details, status } = await client.call(method.listAliases, {}, headers)
    return { details, status, shown: control.shown.at(-1) }
  }

  it("a key travels as id and secret", async () => {
    const shown = { kind: "key", id: "id", secret: "secret" } as const
    assert.deepStrictEqual(await list(key), { details: "OK", status: 0, shown })
  })

  it("a login token travels as a bearer, with a team or without", async () => {
    const bearer = { authorization: "Bearer T" }
    assert.deepStrictEqual((await list(bearer)).shown, { kind: "login", token: "T", userId: null })
    const shown = { kind: "login", token: "T", userId: "team|1" } as const
    assert.deepStrictEqual((await list({ ...bearer, "fal-user-id": "team|1" })).shown, shown)
  })

  it("a wrong key and none are status 16", async () => {
    const wrong = await list(keyOf("id", "guess"))
    assert.deepStrictEqual([wrong.status, wrong.details], [16, "Invalid credentials"])
    const none = await list({})
    assert.deepStrictEqual([none.status, none.shown], [16, { kind: "none" }])
    assert.deepStrictEqual(control.calls, [])
  })

  it("a key that may not do it is status 7, and the sentence names what", async () => {
    const { details, status } = await client.call(method.updateApplication, {}, keyOf("id", "api"))
    assert.deepStrictEqual([status, details], [7, "This key has scope API; scale needs a key with scope ADMIN"])
  })
})

/** The one message of a call that went well. */
const ok = async <A>(call: Promise<{ readonly status: number; readonly messages: ReadonlyArray<A> }>): Promise<A> => {
  const { messages, status } = await call
  assert.deepStrictEqual([status, messages.length], [0, 1])
  return messages[0]!
}

describe("apps and revisions", () => {
  it("lists the apps of an environment, each field in its place", async () => {
    const { aliases } = await ok(client.call(method.listAliases, { environmentName: "staging" }))
    assert.deepStrictEqual(control.calls, [["listApps", "staging"]])
    assert.deepInclude(aliases[0]!, {
      alias: "myapp--staging",
      revision: "rev-2",
      authMode: 2,
      maxConcurrency: 4,
      maxMultiplexing: 2,
      keepAlive: 60,
      activeRunners: 3,
      minConcurrency: 1,
      machineTypes: ["GPU-H100", "GPU-A100"],
      requestTimeout: 3600,
      startupTimeout: 600,
      validRegions: ["us-east"],
      concurrencyBuffer: 5,
      concurrencyBufferPerc: 6,
      scalingDelaySeconds: 7,
      environmentName: "staging",
      isRolling: true
    })
  })

  it("lists the revisions; main is said by leaving the environment out", async () => {
    const { applications } = await ok(client.call(method.listApplications, { applicationName: "myapp" }))
    assert.deepStrictEqual(control.calls, [["listRevisions", { app: "myapp", env: undefined }]])
    assert.deepInclude(applications[0]!, { applicationId: "rev-1", maxConcurrency: 4, keepAlive: 60 })
    assert.deepInclude(applications[0]!.createdAt!, { seconds: 1767323045n, nanos: 678_000_000 })
    assert.isUndefined(applications[0]!.environmentName)
    await client.call(method.listApplications, {})
    assert.deepStrictEqual(control.calls[1], ["listRevisions", { env: undefined }])
  })

  it("scales by what is present only; an empty list counts as not given", async () => {
    const place = { app: "myapp", env: undefined }
    const { aliasInfo } = await ok(client.call(method.updateApplication, { applicationName: "myapp", keepAlive: 0 }))
    assert.strictEqual(aliasInfo?.revision, "rev-2")
    const all = { maxConcurrency: 9, requestTimeout: 1, machineTypes: ["M"], scalingDelaySeconds: 3 }
    await client.call(method.updateApplication, { applicationName: "myapp", ...all })
    const patch = { max_concurrency: 9, scaling_delay: 3, request_timeout: 1, machine_types: ["M"] }
    assert.deepStrictEqual(control.calls, [
      ["scale", place, { keep_alive: 0 }],
      ["scale", place, patch]
    ])
  })

  it("sets a revision; mode and strategy stay as they are where they are not said", async () => {
    const set = { alias: "myapp", revision: "rev-1" }
    await ok(client.call(method.setAlias, set))
    await ok(client.call(method.setAlias, { ...set, authMode: 0, deploymentStrategy: 0, environmentName: "staging" }))
    const asked = { app: "myapp", revision: "rev-1" }
    assert.deepStrictEqual(control.calls, [
      ["setRevision", { ...asked, env: undefined, auth: undefined, strategy: undefined }],
      ["setRevision", { ...asked, env: "staging", auth: "private", strategy: "recreate" }]
    ])
  })

  it("deletes an app, answering its revision, and a revision", async () => {
    assert.strictEqual((await ok(client.call(method.deleteAlias, { alias: "myapp" }))).revision, "rev-2")
    await ok(client.call(method.deleteApplication, { applicationId: "rev-1" }))
    assert.deepStrictEqual(control.calls, [
      ["deleteApp", { app: "myapp", env: undefined }],
      ["deleteRevision", "rev-1"]
    ])
  })
})

describe("runners", () => {
  it("shows state, replacement and leases, and no countdown where there is none", async () => {
    const [info] = (await ok(client.call(method.listAliasRunners, { alias: "myapp", listPending: true }))).runners
    assert.deepInclude(info!, { runnerId: "run-1", inFlightRequests: 2, uptime: 12.5, machineType: "GPU-H100" })
    assert.deepInclude(info!, { state: State.FAILURE_DELAY, replacement: 2, revision: "rev-2", alias: "myapp" })
    assert.isUndefined(info!.expirationCountdown)
    const lease = { request_id: "req-1", caller_user_id: null, leased_at_epoch: 1_700_000_000.5 }
    assert.deepStrictEqual(info!.externalMetadata, { leases: [lease] })
    assert.deepStrictEqual(control.calls, [["listRunners", { app: "myapp", env: undefined, since: undefined }]])
  })

  it("are one list, however many turns of the event loop it is written in", async () => {
    for (const count of [0, 500, 501, 1700]) {
      control.runnerCount = count
      const { messages } = await client.call(method.listRunners, {})
      const ids = messages[0]!.runners.map(({ runnerId }) => runnerId)
      const expected = Array.from({ length: count }, (_, at) => `run-${at + 1}`)
      assert.deepStrictEqual(ids, expected)
    }
  })

  it("of which each turn writes at most 500", () => {
    const ids = Array.from({ length: 1700 }, (_, at) => `run-${at + 1}`)
    const listOf = (some: ReadonlyArray<string>) => ({ runners: some.map((runnerId) => ({ runnerId })) })
    const writing = written(method.listRunners.output, ids, listOf)
    let turns = 0
    while (writing.next().done !== true) turns++
    assert.strictEqual(turns, 4)
  })

  it("asks for ended ones since a time", async () => {
    await ok(client.call(method.listRunners, { startTime: { seconds: 1767323045n, nanos: 500_000_000 } }))
    assert.deepStrictEqual(control.calls, [["listRunners", { since: "2026-01-02T03:04:05.500Z" }]])
    const beyond = await client.call(method.listRunners, { startTime: { seconds: 2n ** 60n } })
    assert.strictEqual(beyond.status, 3)
  })

  it("stops, with the replacement first, and kills", async () => {
    await ok(client.call(method.stopRunner, { runnerId: "run-1", replaceFirst: true }))
    await ok(client.call(method.killRunner, { runnerId: "run-1" }))
    assert.deepStrictEqual(control.calls, [
      ["stopRunner", "run-1", true],
      ["killRunner", "run-1"]
    ])
  })
})

describe("secrets, environments and keys", () => {
  it("sets a secret, and deletes it by leaving out the value", async () => {
    await ok(client.call(method.setSecret, { name: "A", value: "", defaultExposed: true }))
    await ok(client.call(method.setSecret, { name: "A", environmentName: "staging" }))
    assert.deepStrictEqual(control.calls, [
      ["setSecret", { name: "A", env: undefined, value: "", isExposed: true }],
      ["setSecret", { name: "A", env: "staging", value: null, isExposed: null }]
    ])
    const { secrets } = await ok(client.call(method.listSecrets, {}))
    assert.deepInclude(secrets[0]!, { name: "A", environmentName: "staging", defaultExposed: false })
  })

  it("makes, lists and deletes environments", async () => {
    const { environment } = await ok(client.call(method.createEnvironment, { name: "staging" }))
    assert.deepInclude(environment!, { name: "staging", isDefault: false })
    assert.lengthOf((await ok(client.call(method.listEnvironments, {}))).environments, 1)
    await ok(client.call(method.deleteEnvironment, { name: "staging" }))
    const names = control.calls.map(([name, ...args]) => [name, ...args])
    assert.deepStrictEqual(names, [
      ["createEnvironment", "staging", ""],
      ["listEnvironments"],
      ["deleteEnvironment", "staging"]
    ])
  })

  it("makes, lists and revokes keys", async () => {
    const made = await ok(client.call(method.createUserKey, { scope: 1, alias: "ci" }))
    assert.deepInclude(made, { keyId: "k", keySecret: "s" })
    const { userKeys } = await ok(client.call(method.listUserKeys, {}))
    assert.deepInclude(userKeys[0]!, { keyId: "k", scope: 1, alias: "ci" })
    await ok(client.call(method.revokeUserKey, { keyId: "k" }))
    assert.deepStrictEqual(control.calls, [["createKey", "API", "ci"], ["listKeys"], ["revokeKey", "k"]])
  })
})

describe("what is not offered", () => {
  it("is status 12 with a sentence", async () => {
    for (const name of ["Run", "Map", "InteractiveRun"]) {
      const call = client.open(`/controller.IsolateController/${name}`)
      call.stream.end(frame(Buffer.alloc(0)))
      const { details, status } = await call.ended()
      assert.strictEqual(status, 12)
      assert.isTrue(details.startsWith(`${name} is not part of a local sandbox, which runs no Python code: `))
    }
  })

  it("covers methods that nobody knows", async () => {
    const call = client.open("/controller.IsolateController/Nope")
    call.stream.end(frame(Buffer.alloc(0)))
    assert.strictEqual((await call.ended()).status, 12)
  })
})

it("a request of 12 MiB passes", async () => {
  const code = { case: "function", value: { method: "cloudpickle", definition: new Uint8Array(12 * 2 ** 20) } } as const
  await ok(client.call(method.registerApplication, { applicationName: "myapp", code }))
})

it("200 calls at once on one connection are all answered", async () => {
  const calls = Array.from({ length: 200 }, () => client.call(method.rolloutApplication, { applicationName: "myapp" }))
  assert.isTrue((await Promise.all(calls)).every(({ status }) => status === 0))
  assert.lengthOf(control.calls, 200)
})

describe("a message of gRPC", () => {
  const path = `/${IsolateController.typeName}/${method.rolloutApplication.name}`
  const mebibyte = 2 ** 20
  const largest = 16 * mebibyte

  /** Zeros that are that long inflated and a thousandth of it on the wire. */
  const bomb = (bytes: number): Buffer => {
    const framed = frame(gzipSync(Buffer.alloc(bytes)))
    framed[0] = 1
    return framed
  }

  const send = async (message: Buffer, headers: Record<string, string>) => {
    const call = client.open(path, { "grpc-encoding": "gzip", ...headers })
    call.stream.end(message)
    return call.ended()
  }

  it("is not looked at without a key, however large, compressed or malformed it is", async () => {
    for (const message of [bomb(largest + 1), frame(Buffer.alloc(3 * mebibyte)), Buffer.from("0200000001ff", "hex")]) {
      assert.deepInclude(await send(message, {}), { status: 16, details: "Invalid credentials", isTrailersOnly: true })
    }
  })

  it("of a method that is not offered is not looked at without a key either", async () => {
    const call = client.open(`/${IsolateController.typeName}/Run`, { "grpc-encoding": "gzip" })
    call.stream.end(bomb(largest + 1))
    assert.strictEqual((await call.ended()).status, 16)
  })

  it("is refused where it is larger than 16 MiB, as it comes or inflated", async () => {
    const inflated = await send(bomb(largest + 1), key)
    assert.strictEqual(inflated.status, 8)
    assert.include(inflated.details, "larger than")
    const head = Buffer.alloc(5)
    head.writeUInt32BE(largest + 1, 1)
    assert.strictEqual((await send(head, key)).status, 8)
  })

  it("of zeros up to 16 MiB is inflated, and refused for what it says", async () => {
    assert.strictEqual((await send(bomb(largest), key)).status, 13)
    assert.strictEqual((await client.call(method.rolloutApplication, { applicationName: "myapp" })).status, 0)
  })
})

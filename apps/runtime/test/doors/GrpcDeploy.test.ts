import { fromBinary, type MessageInitShape } from "@bufbuild/protobuf"
import { defaultScaling } from "@ebb/core/domain/App"
import {
  HostedRunStatus_State as BuildState,
  IsolateController,
  type RegisterApplicationRequestSchema
} from "@ebb/protocol/gen/controller_pb"
import type { DeployRequest } from "@ebb/runtime/control/DeployControl"
import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"
import { afterEach, assert, beforeEach, it } from "vitest"
import { type GrpcClient, keyOf } from "./GrpcClient.ts"
import { frames } from "./RecordedDeploy.ts"
import { Rig } from "./Rig.ts"

const { method } = IsolateController

let rig: Rig
let client: GrpcClient

beforeEach(async () => {
  rig = await Rig.open()
  client = rig.client(keyOf("id", "secret"))
})

afterEach(() => rig.close())

const deployed = (): DeployRequest => {
  const [name, request] = rig.control.calls.at(-1)!
  assert.strictEqual(name, "deploy")
  return request as DeployRequest
}

/** The settings of the spec that was deployed, as the simulator reads it. */
const settings = () => {
  const spec = Result.getOrThrow(Spec.parse(deployed().spec, { file: "deploy", readFile: () => "" }))
  return { scaling: spec.app.scaling, revision: spec.app.revision }
}

/** What a client sends for an app without options. */
const plain: MessageInitShape<typeof RegisterApplicationRequestSchema> = {
  applicationName: "myapp",
  code: { case: "function", value: { method: "cloudpickle", definition: new Uint8Array(40_000) } },
  machineRequirements: {
    machineType: "XS",
    machineTypes: ["XS"],
    keepAlive: 10,
    exposedPort: 8080,
    metricsPort: 9090,
    scheduler: "nomad",
    schedulerOptions: { storage_region: "us-east" }
  },
  buildEnvironment: false,
  scale: false,
  metadata: { openapi: {} }
}

it("a build succeeds at once: nothing is built", async () => {
  const environments = [{ kind: "virtualenv", configuration: { requirements: ["torch"] } }]
  const { messages, status } = await client.call(method.buildEnvironment, { environments, applicationName: "myapp" })
  assert.deepStrictEqual([status, messages.length], [0, 1])
  assert.strictEqual(messages[0]!.status?.state, BuildState.SUCCESS)
  assert.match(messages[0]!.envId, /^[0-9a-f-]{36}$/)
})

it("nothing is built for an environment that is not there", async () => {
  const { details, status } = await client.call(method.buildEnvironment, { environmentName: "nope" })
  assert.deepStrictEqual([status, details], [5, "Environment 'nope' not found"])
})

it("the one message of a deploy holds the revision and where the app is called", async () => {
  const { messages, status } = await client.call(method.registerApplication, plain)
  assert.deepStrictEqual([status, messages.length], [0, 1])
  assert.strictEqual(messages[0]!.result?.applicationId, "rev-3")
  assert.deepInclude(messages[0]!.serviceUrls!, {
    playground: `http://${rig.authority}/playground/local/myapp--staging`,
    run: `http://${rig.authority}/fal.run/local/myapp--staging`,
    queue: `http://${rig.authority}/queue.fal.run/local/myapp--staging`,
    ws: `ws://${rig.authority}/fal.run/local/myapp--staging`,
    log: `http://${rig.authority}/playground/local/myapp--staging`
  })
})

it("an app without options keeps the platform's defaults, apart from what the client always says", async () => {
  await client.call(method.registerApplication, plain)
  assert.deepInclude(deployed(), { name: "myapp", env: undefined, auth: "private", strategy: undefined })
  assert.deepInclude(deployed(), { detached: false, resetScale: false })
  const { revision, scaling } = settings()
  assert.deepInclude(scaling, { keepAliveSeconds: 10, maxConcurrency: 2, requestTimeoutSeconds: 3600 })
  assert.deepInclude(revision, { machineTypes: ["XS"], gracePeriodSeconds: 5, healthCheck: null, retryConfig: {} })
})

it("every setting of the code reaches the spec", async () => {
  await client.call(method.registerApplication, {
    applicationName: "myapp--staging",
    environmentName: "staging",
    authMode: 1,
    deploymentStrategy: 0,
    scale: true,
    attachToDeployment: false,
    terminationGracePeriodSeconds: 30,
    retryConfig: '{"server_error": {"retries": 3}, "timeout": 0, "made_up": 1}',
    skipRetryConditions: [1, 3],
    secrets: { names: ["A"] },
    healthCheckConfig: { path: "/health", timeoutSeconds: 7, failureThreshold: 4, callRegularly: true, method: 1 },
    machineRequirements: {
      machineTypes: ["GPU-H100", "GPU-A100"],
      numGpus: 2,
      maxMultiplexing: 8,
      minConcurrency: 1,
      maxConcurrency: 6,
      concurrencyBuffer: 2,
      concurrencyBufferPerc: 20,
      scalingDelaySeconds: 9,
      keepAlive: 300,
      requestTimeout: 120,
      startupTimeout: 900
    }
  })
  const asked = { name: "myapp--staging", env: "staging", auth: "public", strategy: "recreate" } as const
  assert.deepInclude(deployed(), { ...asked, detached: true, resetScale: true })
  const { revision, scaling } = settings()
  assert.deepStrictEqual(scaling, {
    ...defaultScaling,
    minConcurrency: 1,
    maxConcurrency: 6,
    concurrencyBuffer: 2,
    concurrencyBufferPerc: 20,
    scalingDelaySeconds: 9,
    keepAliveSeconds: 300,
    requestTimeoutSeconds: 120
  })
  assert.deepInclude(revision, { machineTypes: ["GPU-H100", "GPU-A100"], gpus: 2, maxMultiplexing: 8 })
  assert.deepInclude(revision, { startupTimeoutSeconds: 900, gracePeriodSeconds: 30 })
  assert.deepStrictEqual(revision.retryConfig, { server_error: 3, timeout: 0 })
  assert.deepStrictEqual(revision.skipRetryConditions, ["connection_error"])
  assert.deepInclude(revision.healthCheck!, { path: "/health", method: "POST", timeoutSeconds: 7 })
  assert.deepInclude(revision.healthCheck!, { failureThreshold: 4, callRegularly: true })
  assert.deepStrictEqual(JSON.parse(deployed().spec).app.secrets, ["A"])
})

it("what the command line says of a deploy beside its settings comes through", async () => {
  const call = client.open("/controller.IsolateController/RegisterApplication")
  call.stream.end(frames.registerApplication)
  assert.strictEqual((await call.ended()).status, 0)
  assert.deepInclude(deployed(), {
    name: "with-files",
    auth: "private",
    strategy: "rolling",
    resetScale: false,
    regions: ["us-east"],
    privateLogs: true,
    dataMounts: ["/data/models"],
    message: "add files",
    annotations: { GIT_SHA: "123" },
    metadata: { openapi: { openapi: "3.0.2" } }
  })
  assert.deepStrictEqual(
    deployed().appFiles?.map(({ path }) => path),
    ["files/empty.txt", "files/same.txt", "files/a.txt"]
  )
  assert.deepInclude(settings().revision, { machineTypes: ["GPU-H100"] })
  const build = client.open("/controller.IsolateController/BuildEnvironment")
  build.stream.end(frames.buildEnvironment)
  assert.strictEqual((await build.ended()).status, 0)
})

it("an app that is deployed by its entry point tells nothing of itself; no other run is taken", async () => {
  const call = client.open("/controller.IsolateController/Run")
  call.stream.end(frames.runForMetadata)
  const { messages, status } = await call.ended()
  assert.strictEqual(status, 0)
  const [told] = messages.map((message) => fromBinary(method.run.output, message))
  assert.strictEqual(told?.status?.state, BuildState.SUCCESS)
  // pickle.loads(b"\x80\x02}.") is an empty dictionary.
  assert.deepInclude(told?.returnValue, { method: "pickle", definition: Uint8Array.of(0x80, 0x02, 0x7d, 0x2e) })
  for (const entrypoint of ["app:One.run_local", "app:One"]) {
    const ran = await client.call(method.run, { code: { case: "entrypoint", value: entrypoint } })
    assert.strictEqual(ran.status, 12)
    assert.match(ran.details, /^Run is not part of a local sandbox, which runs no Python code: /)
  }
  const entry = { case: "entrypoint", value: "app:One" } as const
  assert.strictEqual(
    (await client.call(method.registerApplication, { applicationName: "entry", code: entry })).status,
    0
  )
})

it("malformed retries are ignored; the old places of fields are read", async () => {
  await client.call(method.registerApplication, {
    applicationName: "myapp",
    retryConfig: "{",
    healthCheckPath: "/ok",
    maxConcurrency: 7,
    machineRequirements: { machineType: "M" }
  })
  const { revision, scaling } = settings()
  assert.deepStrictEqual([revision.retryConfig, revision.machineTypes, scaling.maxConcurrency], [{}, ["M"], 7])
  assert.strictEqual(revision.healthCheck?.path, "/ok")
})

it("a deploy without a name is refused", async () => {
  const { details, status } = await client.call(method.registerApplication, {})
  assert.deepStrictEqual([status, details], [3, "application_name must be given"])
})

it("a deploy with a wrong key is status 16, as trailers only", async () => {
  const ended = await client.call(method.registerApplication, plain, keyOf("id", "guess"))
  assert.deepInclude(ended, { status: 16, messages: [], isTrailersOnly: true })
})

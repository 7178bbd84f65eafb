import { create } from "@bufbuild/protobuf"
import * as Grpc from "@ebb/protocol/Grpc"
import { IsolateController, RolloutApplicationRequestSchema, RunnerInfoSchema } from "@ebb/protocol/gen/controller_pb"
import { assert, describe, it } from "vitest"

const definition = Grpc.serviceDefinition(IsolateController)
const method = (name: string) => {
  const found = definition[name]
  assert.isDefined(found, name)
  return found!
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")
const rollout = (fields: { readonly applicationName: string; readonly force?: boolean }) =>
  hex(method("rolloutApplication").requestSerialize(create(RolloutApplicationRequestSchema, fields)))

/** As seen on the wire: a rollout of `myapp`, by force. */
const forced = "0a056d79617070" + "1001"

describe("the rollout request", () => {
  it("is written byte for byte as clients write it", () => {
    assert.strictEqual(rollout({ applicationName: "myapp", force: true }), forced)
  })

  it("carries an explicit false without force, and nothing at all where force is not said", () => {
    assert.strictEqual(rollout({ applicationName: "myapp", force: false }), "0a056d79617070" + "1000")
    assert.strictEqual(rollout({ applicationName: "myapp" }), "0a056d79617070")
  })

  it("is read back with force told apart from its absence", () => {
    const read = (bytes: string) => method("rolloutApplication").requestDeserialize(Buffer.from(bytes, "hex"))
    assert.deepInclude(read(forced), { applicationName: "myapp", force: true })
    assert.deepInclude(read("0a056d79617070" + "1000"), { force: false })
    assert.isUndefined(read("0a056d79617070").force)
  })

  it("is answered by an empty message", () => {
    const { requestDeserialize, responseDeserialize, responseSerialize } = method("rolloutApplication")
    const answer = responseDeserialize(Buffer.alloc(0))
    assert.strictEqual(responseSerialize(answer).length, 0)
    assert.throws(() => requestDeserialize(Buffer.from("0aff", "hex")))
  })
})

it("a runner's uptime travels as a 32-bit float, its state even where it is 0", () => {
  const bytes = method("listRunners").responseSerialize({
    $typeName: "controller.ListRunnersResponse",
    runners: [create(RunnerInfoSchema, { runnerId: "r", uptime: 1.5, state: 0 })]
  })
  assert.strictEqual(hex(bytes), "0a0a" + "0a0172" + "250000c03f" + "4000")
})

it("every method has the path and the streams that clients expect", () => {
  const lines = Object.values(definition).map(({ path, requestStream, responseStream }) => {
    const streams = `${requestStream ? "stream" : "one"} → ${responseStream ? "stream" : "one"}`
    return `${path} ${streams}`
  })
  const one = [
    "CreateEnvironment CreateUserKey DeleteAlias DeleteApplication DeleteEnvironment KillRunner ListAliasRunners",
    "ListAliases ListApplications ListEnvironments ListRunners ListSecrets ListUserKeys RevokeUserKey",
    "RolloutApplication SetAlias SetSecret StopRunner UpdateApplication"
  ].flatMap((names) => names.split(" "))
  const expected = [
    ...one.map((name) => `${name} one → one`),
    ...["BuildEnvironment", "Map", "RegisterApplication", "Run"].map((name) => `${name} one → stream`),
    ...["InteractiveRun", "ShellRunner"].map((name) => `${name} stream → stream`)
  ]
  assert.sameMembers(
    lines,
    expected.map((line) => `/controller.IsolateController/${line}`)
  )
})

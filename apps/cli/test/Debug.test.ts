import { assert, describe, it } from "@effect/vitest"
import { onTestFinished } from "vitest"
import * as FakeSandbox from "./FakeSandbox.ts"
import { ebb } from "./RunEbb.ts"

const refused: FakeSandbox.Answers = {
  setSecret: () => new FakeSandbox.Refusal(400, "Secret name '1x' must match [A-Za-z_][A-Za-z0-9_]*"),
  rollout: () => new FakeSandbox.Refusal(404, "Application 'nope' not found")
}

const shellOf = (err: string): ReadonlyArray<string> => err.split("(ebb) ")

describe("the prompt of --pdb", () => {
  it("shows the last request and its answer, no key and no secret among it", async () => {
    const { host } = FakeSandbox.start(refused)
    const asked = ["req", "res", "q"]
    const { code, err, out } = await ebb({ host }, "secrets set 1x=hunter2 --pdb", { answers: asked })
    assert.deepStrictEqual([code, out], [1, ""])
    const [block, request, answer] = shellOf(err)
    assert.strictEqual(block, "✘ Secret name '1x' must match [A-Za-z_][A-Za-z0-9_]*\n")
    assert.strictEqual(
      request,
      `PUT http://${host}/v1/secrets/1x\ncontent-type: application/json\nauthorization: ***\n\n` +
        '{\n  "value": "***",\n  "defaultExposed": true\n}\n'
    )
    assert.match(answer ?? "", /^HTTP 400\n[^]*\n\n\{\n {2}"detail": "Secret name '1x' must match/)
    assert.notInclude(err, "hunter2")
    assert.notInclude(err, FakeSandbox.key)
  })
  it("says that no answer came, or that nothing was sent", async () => {
    const away = await ebb({ host: "127.0.0.1:1" }, "apps list --pdb", { answers: ["req", "res"] })
    assert.match(shellOf(away.err)[1] ?? "", /^GET http:\/\/127\.0\.0\.1:1\/v1\/apps\n/)
    assert.strictEqual(shellOf(away.err)[2], "No answer came.\n")
    const unsent = await ebb({ host: "x" }, "apps list --pdb", { env: { EBB_KEY: "bad" }, answers: ["req", "res"] })
    assert.deepStrictEqual(shellOf(unsent.err).slice(1, 3), ["No request was sent.\n", "No request was sent.\n"])
  })
  it("comes after what --debug says, and after the table of --cprofile", async () => {
    const { host } = FakeSandbox.start(refused)
    const { code, err } = await ebb({ host }, "--debug apps rollout nope --pdb", { answers: ["q"] })
    assert.strictEqual(code, 1)
    assert.match(
      err,
      new RegExp(`^✘ [^]*Caused by ApiError[^]*\nLast request: POST http://${host}/v1/apps/nope/rollouts\n\\(ebb\\) $`)
    )
  })
})

describe("an address", () => {
  it("that is none is refused with the way out", async () => {
    assert.deepStrictEqual(await ebb({ host: "bad host" }, "apps list"), {
      code: 2,
      out: "",
      err: "✘ 'bad host' is no address of a sandbox; give it as host:port\n"
    })
  })
  it.each([
    ["a page", () => new Response("<html>hello</html>"), 200],
    ["a page for what is not there", () => new Response("<html>what?</html>", { status: 404 }), 404],
    ["other JSON", () => Response.json({ hello: 1 }), 200]
  ])("where something else answers with %s is called so", async (_, fetch, status) => {
    const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch })
    onTestFinished(() => server.stop(true))
    const host = `127.0.0.1:${server.port}`
    const { code, err } = await ebb({ host }, "apps list")
    assert.deepStrictEqual([code, err], [1, `✘ What answers at ${host} is no sandbox (HTTP ${status})\n`])
  })
})

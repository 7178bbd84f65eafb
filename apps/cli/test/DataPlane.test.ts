import { afterEach, assert, describe, it } from "@effect/vitest"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as FakeSandbox from "./FakeSandbox.ts"
import { status } from "./golden/Samples.ts"
import { ebb } from "./RunEbb.ts"

const folders: Array<string> = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

interface Seen {
  readonly path: string
  readonly body: unknown
}

/** A sandbox whose app answers with what it was sent, or as `answer` says; it remembers what came. */
const app = (answer: (request: Seen) => Response | null = () => null) => {
  const seen: Array<Seen> = []
  const direct = (request: Seen): Response => {
    seen.push(request)
    const headers = { "x-fal-request-id": `req-${seen.length}`, "x-ebb-runner": "runner-1" }
    return answer(request) ?? Response.json(request.body, { headers })
  }
  const queue = (request: Seen, url: URL): Response => {
    if (url.pathname.endsWith("/status/stream")) return new Response('data: {"status": "COMPLETED"}\n\n')
    if (url.pathname.endsWith("/requests/q-1")) return answer(request) ?? Response.json({ done: true })
    seen.push(request)
    const address = `${url.origin}/queue.fal.run/local/demo/requests/q-1`
    return Response.json({ request_id: "q-1", response_url: address, status_url: `${address}/status` })
  }
  const made = FakeSandbox.start({ status: () => status }, async (request, url) => {
    const [, host = "", ...rest] = url.pathname.split("/")
    const text = await request.clone().text()
    const body: unknown = text === "" ? null : JSON.parse(text)
    if (host === "fal.run") return direct({ path: rest.join("/"), body })
    return host === "queue.fal.run" ? queue({ path: rest.join("/"), body }, url) : null
  })
  return { host: made.host, seen }
}

const queueSize = () => new FakeSandbox.Refusal(404, "Application 'dem' not found. Did you mean 'demo'?")

const failing = (): Response =>
  Response.json(
    { detail: "The runner ended while it worked on the request", error_type: "runner_disconnected" },
    { status: 503, headers: { "x-fal-error-type": "runner_disconnected" } }
  )

describe("ebb run", () => {
  it("sends what was typed and prints the answer", async () => {
    const { host, seen } = app()
    assert.deepStrictEqual(await ebb({ host }, "run demo prompt=hello steps:=20"), {
      code: 0,
      out: '{"prompt":"hello","steps":20}\n',
      err: ""
    })
    assert.deepStrictEqual(seen, [{ path: "local/demo", body: { prompt: "hello", steps: 20 } }])
  })
  it("takes a path, an owner, an environment, options in between", async () => {
    const { host, seen } = app()
    await ebb({ host }, "run demo --env staging /generate a=1")
    await ebb({ host }, "run acme/demo generate a=1 --json b=2")
    await ebb({ host }, "run demo")
    assert.deepStrictEqual(seen, [
      { path: "local/demo--staging/generate", body: { a: "1" } },
      { path: "acme/demo/generate", body: { a: "1", b: "2" } },
      { path: "local/demo", body: {} }
    ])
  })
  it("takes JSON, or a file of it", async () => {
    const { host, seen } = app()
    const cwd = mkdtempSync(join(tmpdir(), "ebb-run-"))
    folders.push(cwd)
    writeFileSync(join(cwd, "in.json"), '{"from": "file"}')
    await ebb({ host }, `run demo --input '{"a": [1]}'`, { cwd })
    await ebb({ host }, "run demo /x --input @in.json", { cwd })
    assert.deepStrictEqual(
      seen.map(({ body }) => body),
      [{ a: [1] }, { from: "file" }]
    )
    assert.strictEqual(
      (await ebb({ host }, "run demo --input @no.json", { cwd })).err,
      "✘ no.json: no such file or directory\n"
    )
    const bad = await ebb({ host }, "run demo --input {", { cwd })
    assert.strictEqual(bad.code, 2)
    assert.match(bad.err, /^✘ --input is not JSON: (?!.*Error)./)
    assert.strictEqual((await ebb({ host }, "run demo a=1 --input {}", { cwd })).code, 2)
  })
  it("says as JSON what is known of the answer", async () => {
    assert.deepStrictEqual(JSON.parse((await ebb(app(), "run demo a=1 --json")).out), {
      requestId: "req-1",
      status: 200,
      runner: "runner-1",
      answer: { a: "1" }
    })
  })
  it("fails where the answer is an error, and names its type", async () => {
    assert.deepStrictEqual(await ebb(app(failing), "run demo --json"), {
      code: 1,
      out: "",
      err: "✘ 503 runner_disconnected: The runner ended while it worked on the request\n"
    })
    const own = () => new Response("no GPU for you", { status: 418 })
    assert.strictEqual((await ebb(app(own), "run demo")).err, "✘ 418: no GPU for you\n")
  })
  it("refuses a pair that is none", async () => {
    const { code, err } = await ebb({ host: "127.0.0.1:1" }, "run demo /x oops")
    assert.strictEqual(code, 2)
    assert.include(err, "ebb run: error: argument KEY=VALUE: Could not parse argument 'oops' as KEY=VALUE")
  })
})

describe("ebb submit", () => {
  it("prints the request's id", async () => {
    const { host, seen } = app()
    assert.deepStrictEqual(await ebb({ host }, "submit demo /x a=1"), { code: 0, out: "q-1\n", err: "" })
    assert.strictEqual((await ebb({ host }, "submit demo --json")).out, '{"requestId": "q-1"}\n')
    assert.deepStrictEqual(seen[0], { path: "local/demo/x", body: { a: "1" } })
  })
  it("waits for the answer with --wait", async () => {
    assert.deepStrictEqual(await ebb(app(), "submit demo --wait"), { code: 0, out: '{"done":true}\n', err: "" })
    const { code, err } = await ebb(app(failing), "submit demo --wait")
    assert.strictEqual(code, 1)
    assert.match(err, /^✘ 503 runner_disconnected: /)
  })
})

describe("ebb load", () => {
  const last = (out: string) => JSON.parse(out.trimEnd().split("\n").at(-1) ?? "")
  it("sends at the rate, whether answers come or not, and sums up", async () => {
    const held: Array<() => void> = []
    const { host, seen } = app()
    const holding = FakeSandbox.start({ status: () => status }, async (_, url) => {
      if (!url.pathname.startsWith("/fal.run/")) return null
      // All answers are held back until the last request is there: a closed loop would never get to it.
      await new Promise<void>((resolve) => {
        held.push(resolve)
        if (held.length === 300) for (const release of held) release()
      })
      return Response.json({})
    })
    const { code, out } = await ebb(holding, "load demo --rate 1000/s --for 300ms --json")
    assert.strictEqual(code, 0)
    const { completed, errored, inFlight, latencyMs, sent, version } = last(out)
    assert.deepStrictEqual([version, sent, completed, errored, inFlight], [1, 300, 300, 0, 0])
    assert.strictEqual(latencyMs.count, 300)
    const few = await ebb({ host }, "load demo --rate 100/s --for 50ms a=1")
    assert.match(few.out, /^5 requests in .+ · completed 5 · errored 0\nlatency mean .+ · p99 .+\n$/)
    assert.deepStrictEqual(seen[0]?.body, { a: "1" })
  })
  it("counts errors by type and may fail on them", async () => {
    const half = () => {
      let count = 0
      return () => (count++ % 2 === 0 ? null : failing())
    }
    const fine = await ebb(app(half()), "load demo --rate 200/s --for 50ms")
    assert.strictEqual(fine.code, 0)
    assert.include(fine.out, "completed 5 · errored 5 (runner_disconnected 5)")
    const strict = await ebb(app(half()), "load demo --rate 200/s --for 50ms --fail-on-error --json")
    assert.strictEqual(strict.code, 1)
    assert.deepStrictEqual(last(strict.out).errorsByType, { runner_disconnected: 5 })
  })
  it("follows queued requests to their end", async () => {
    const { out } = await ebb(app(), "load demo --rate 100/s --for 30ms --kind queued --json")
    assert.deepStrictEqual([last(out).completed, last(out).errored], [3, 0])
  })
  it("stops where no request will fare better", async () => {
    const unknown = () => Response.json({ detail: "Application 'nope' not found" }, { status: 404 })
    const { code, err, out } = await ebb(app(unknown), "load other/nope --rate 100/s")
    assert.deepStrictEqual([code, out, err], [1, "", "✘ 404: Application 'nope' not found\n"])
  })
  it.each(["load dem --rate 100/s", "run dem", "submit dem"])("names the app that was meant: %s", async (line) => {
    const unknown = () => Response.json({ detail: "Application 'dem' not found" }, { status: 404 })
    const sandbox = FakeSandbox.start({ status: () => status, queueSize }, (_, url) =>
      /^\/(queue\.)?fal\.run\//.test(url.pathname) ? unknown() : null
    )
    const { code, err, out } = await ebb(sandbox, line)
    assert.deepStrictEqual([code, out, err], [1, "", "✘ Application 'dem' not found. Did you mean 'demo'?\n"])
  })
  it("ends at Ctrl-C with a summary, exit 0", async () => {
    const controller = new AbortController()
    const { host } = app(() => {
      controller.abort()
      return null
    })
    const { code, out } = await ebb({ host }, "load demo --rate 20/s", { interrupted: controller.signal })
    assert.strictEqual(code, 0)
    // How many there were by then is the machine's affair.
    assert.match(out, /^(\d+) requests? in .+ · completed \1 · errored 0\n/)
  })
  it.each([
    ["load demo", "the following arguments are required: --rate"],
    ["load demo --rate fast", "argument --rate: must be a rate such as 5/s or 300/m, got 'fast'"],
    ["load demo --rate -5/s", "argument --rate: must be a rate such as 5/s or 300/m, got '-5/s'"],
    ["load demo --rate 0/s", "argument --rate: must be a rate such as 5/s or 300/m, got '0/s'"],
    ["load demo --rate 5/s --for soon", "argument --for: must be a duration such as 30s or 5m, got 'soon'"],
    ["load demo --rate 5/s --kind x", "argument --kind: invalid choice: 'x' (choose from 'direct', 'queued')"]
  ])("%s", async (line, problem) => {
    const { code, err } = await ebb({ host: "127.0.0.1:1" }, line)
    assert.deepStrictEqual([code, err.trimEnd().split("\n").at(-1)], [2, `ebb load: error: ${problem}`])
  })
})

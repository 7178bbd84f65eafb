import { afterAll, afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run, wordsOf } from "./RunEbb.ts"

/** Which sandbox was asked, and with which key, told by a server that refuses everybody. */
const seen: Array<string> = []
const serve = (name: string) =>
  Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => {
      const { search } = new URL(request.url)
      seen.push([name, request.headers.get("authorization") ?? "no key", search].join(" ").trim())
      return Response.json({ detail: "no" }, { status: 400 })
    }
  })
const servers = { one: serve("one"), two: serve("two"), three: serve("three") }
const at = (name: keyof typeof servers): string => `127.0.0.1:${servers[name].port}`

let home = ""

/** A data directory with a record of a sandbox and the keys of two teams. */
const dataIn = (folder: string, name: keyof typeof servers): string => {
  mkdirSync(join(folder, "keys"), { recursive: true })
  writeFileSync(join(folder, "sandbox.json"), JSON.stringify({ url: `http://${at(name)}` }))
  writeFileSync(join(folder, "admin.key"), "admin:1\n")
  writeFileSync(join(folder, "keys", "acme.key"), "acme:1\n")
  return folder
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "ebb-home-"))
  dataIn(join(home, ".ebb"), "one")
})
afterEach(() => {
  rmSync(home, { recursive: true })
  seen.splice(0)
})
afterAll(() => Promise.all(Object.values(servers).map((server) => server.stop(true))))

/** What was asked of whom when that command ran there. */
const asked = async (line: string, env: Readonly<Record<string, string>> = {}, cwd = "/nowhere") => {
  const { err } = await run(wordsOf(line), { env: { HOME: home, ...env }, cwd })
  return seen.splice(0).at(-1) ?? err.trim()
}

describe("the address", () => {
  it("is --host, EBB_HOST, FAL_GRPC_HOST, what the data directory says", async () => {
    const env = { EBB_HOST: at("two"), FAL_GRPC_HOST: at("one") }
    assert.strictEqual(await asked(`apps list --host ${at("three")}`, env), "three Key admin:1")
    assert.strictEqual(await asked("apps list", env), "two Key admin:1")
    assert.strictEqual(await asked("apps list", { FAL_GRPC_HOST: at("three") }), "three Key admin:1")
    assert.strictEqual(await asked("apps list"), "one Key admin:1")
  })
  it("is localhost:8787 where nobody says", async () => {
    const env = { EBB_DATA: join(home, "none") }
    assert.strictEqual(await asked("apps list", env), "✘ No sandbox answers at localhost:8787. Start one with: ebb up")
  })
})

describe("the key", () => {
  it("is EBB_KEY before all", async () =>
    assert.strictEqual(
      await asked("apps list", { EBB_KEY: "e:1", FAL_KEY: "f:1", FAL_GRPC_HOST: at("two") }),
      "two Key e:1"
    ))
  it("is FAL_KEY only beside FAL_GRPC_HOST", async () => {
    assert.strictEqual(await asked("apps list", { FAL_KEY: "f:1", FAL_GRPC_HOST: at("two") }), "two Key f:1")
    assert.strictEqual(await asked("apps list", { FAL_KEY: "f:1", EBB_HOST: at("two") }), "two Key admin:1")
    assert.strictEqual(await asked("apps list", { FAL_KEY: "f:1" }), "one Key admin:1")
  })
  it("of the data directory does not leave this machine", async () =>
    assert.strictEqual(
      await asked("apps list --host sandbox.example:8787"),
      '✘ No key for sandbox.example:8787. Run: eval "$(ebb env)"'
    ))
  it("must have two parts", async () =>
    assert.strictEqual(
      await asked("apps list", { FAL_KEY: "f", FAL_GRPC_HOST: at("two") }),
      "✘ Invalid key format for FAL_KEY environment variable. Expected '<id>:<secret>'."
    ))
})

describe("the data directory", () => {
  it("is --data, EBB_DATA, .ebb here, .ebb at home", async () => {
    const here = join(home, "project")
    dataIn(join(here, ".ebb"), "two")
    const third = dataIn(join(home, "third"), "three")
    assert.strictEqual(await asked("apps list", {}, here), "two Key admin:1")
    assert.strictEqual(await asked("apps list", { EBB_DATA: third }, here), "three Key admin:1")
    assert.strictEqual(await asked("apps list", { EBB_DATA: "../third" }, here), "three Key admin:1")
    assert.strictEqual(await asked("apps list", {}, home), "one Key admin:1")
  })
  it("that is named outdoes the variables", async () => {
    const third = dataIn(join(home, "third"), "three")
    const env = { EBB_HOST: at("two"), EBB_KEY: "e:1" }
    assert.strictEqual(await asked(`status --data ${third}`, env), "three Key admin:1")
  })
})

describe("the team", () => {
  it("is --team, else what was chosen for this data directory", async () => {
    assert.strictEqual(await asked("apps list --team acme"), "one Key acme:1")
    writeFileSync(join(home, ".ebb", "config.json"), '{"team": "acme"}')
    assert.strictEqual(await asked("apps list"), "one Key acme:1")
    assert.strictEqual(await asked("apps list --team local"), "one Key admin:1")
    assert.strictEqual(await asked("teams list"), "one Key admin:1")
    assert.strictEqual(await asked("apps list --team nope"), "✘ Team nope not found")
  })
})

describe("the environment", () => {
  it("is --env, else FAL_ENV", async () => {
    const env = { FAL_ENV: "staging" }
    assert.strictEqual(await asked("secrets list", env), "one Key admin:1 ?env=staging")
    assert.strictEqual(await asked("secrets list --env qa", env), "one Key admin:1 ?env=qa")
    assert.strictEqual(await asked("secrets list", { FAL_ENV: "" }), "one Key admin:1")
  })
})

describe("an empty name", () => {
  it("is not found", async () => {
    assert.strictEqual(await asked("apps rollout ''"), "✘ Application '' not found")
    assert.strictEqual(await asked("runners stop ''"), "✘ Runner '' not found")
  })
})

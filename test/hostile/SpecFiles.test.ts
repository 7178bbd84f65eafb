import * as Api from "@ebb/protocol/rest/Api"
import { execFileSync } from "node:child_process"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "../e2e/Ebb.ts"

const ebb = new Ebb()
let acme = ""

beforeAll(async () => {
  await ebb.up("--empty")
  expect(ebb.run("teams", "create", "acme").code).toBe(0)
  acme = readFileSync(join(ebb.data, "keys", "acme.key"), "utf8").trim()
})

afterAll(() => ebb.remove())

const drawnFrom = (file: string): string =>
  JSON.stringify({ app: { name: "drawn" }, runner: { setup: { empirical: { file, column: "s" } } } })

const refusal = (file: string): Promise<string> =>
  ebb.as(acme).refusal(Api.deploy, { params: {}, query: {}, body: { spec: drawnFrom(file), folder: "/" } })

test("a deploy over the API opens no file of this machine and shows nothing of one", async () => {
  const token = join(ebb.data, "login", "auth0_token")
  for (const file of [token, "/etc/passwd", `../..${token}`, "/proc/self/environ", "/dev/zero"]) {
    expect(await refusal(file)).toBe(
      `spec:1: runner.setup.empirical.file: ${file} cannot be read: its content did not come with the spec`
    )
  }
})

test("one that names a FIFO stops nobody", async () => {
  const fifo = join(ebb.data, "fifo")
  execFileSync("sh", ["-c", `mkfifo ${fifo}`])
  expect(await refusal(fifo)).toContain("did not come with the spec")
  expect((await fetch(`${ebb.url}/openapi.json`)).status).toBe(200)
})

test("what is wrong in content that came with the spec is said", async () => {
  const body = { spec: drawnFrom("s.csv"), files: { "s.csv": "s\nfast\n" } }
  const said = await ebb.refusal(Api.deploy, { params: {}, query: {}, body })
  expect(said).toContain('s.csv:2: s must be a number from 0 on, got "fast"')
})

test("no more than 16 MiB come with a spec", async () => {
  const body = { spec: drawnFrom("s.csv"), files: { "s.csv": "1".repeat(2 ** 24), "t.csv": "2" } }
  const said = await ebb.refusal(Api.deploy, { params: {}, query: {}, body })
  expect(said).toBe("The files of the spec are larger than 16 MiB together")
})

test("ebb deploy sends the files that its spec draws from, and says which it cannot read", async () => {
  const file = join(ebb.data, "drawn.json")
  writeFileSync(file, drawnFrom("times.csv"))
  const missing = ebb.run("deploy", file)
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining("times.csv cannot be read: no such file")])
  writeFileSync(join(ebb.data, "times.csv"), "s\n0.01\n")
  expect(ebb.run("deploy", file)).toMatchObject({ code: 0 })
  rmSync(join(ebb.data, "times.csv"))
  expect((await ebb.direct("local/drawn")).status).toBe(200)
})

import { spawn, spawnSync } from "node:child_process"
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { binary } from "../e2e/Ebb.ts"

const folder = mkdtempSync(join(tmpdir(), "ebb-output-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const env = { PATH: process.env["PATH"], HOME: folder }
const small = ["rehearse", "--preset", "llm", "--seeds", "1", "--mode", "none", "--for", "30m"]
const ebb = (...args: ReadonlyArray<string>) => spawnSync(binary, args, { cwd: folder, env, encoding: "utf8" })
const shell = (script: string) => spawnSync("sh", ["-c", script], { cwd: folder, env, encoding: "utf8" })

test("a report goes through a link to its file, and the link stays", () => {
  writeFileSync(join(folder, "there.json"), "old", { mode: 0o640 })
  symlinkSync("there.json", join(folder, "link.json"))
  symlinkSync("new.json", join(folder, "dangling.json"))
  expect(ebb(...small, "--out", "link.json", "--html", "dangling.json").status).toBe(0)
  for (const link of ["link.json", "dangling.json"]) expect(lstatSync(join(folder, link)).isSymbolicLink()).toBe(true)
  expect(JSON.parse(readFileSync(join(folder, "there.json"), "utf8"))).toHaveProperty("modes")
  expect(statSync(join(folder, "there.json")).mode & 0o777).toBe(0o640)
  expect(readFileSync(join(folder, "new.json"), "utf8")).toContain("<html")
})

test("a pipe is written to, and stays a pipe", async () => {
  shell("mkfifo pipe")
  const reader = spawn("cat", ["pipe"], { cwd: folder })
  let read = ""
  reader.stdout.on("data", (chunk: Buffer) => (read += chunk.toString()))
  const closed = new Promise((resolve) => reader.on("close", resolve))
  expect(ebb(...small, "--out", "pipe").status).toBe(0)
  await closed
  expect(JSON.parse(read)).toHaveProperty("modes")
  expect(lstatSync(join(folder, "pipe")).isFIFO()).toBe(true)
})

test("a device is written to, and a full one is an error", () => {
  expect(ebb(...small, "--out", "/dev/null").status).toBe(0)
  expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true)
  const full = ebb(...small, "--out", "/dev/full")
  expect([full.status, full.stderr]).toEqual([
    1,
    expect.stringContaining("/dev/full was not written: no space is left")
  ])
})

test("a result that cannot be written is an error", () => {
  const full = shell(`${binary} ${small.join(" ")} > /dev/full`)
  expect([full.status, full.stderr]).toEqual([
    1,
    expect.stringContaining("Standard output cannot be written: no space")
  ])
})

test("a spec that is wrong leaves no data directory", () => {
  writeFileSync(join(folder, "bad.yaml"), "app: { name: 3 }\n")
  const up = ebb("up", "bad.yaml", "--data", "data", "--port", "0")
  expect([up.status, up.stderr]).toEqual([2, expect.stringContaining("bad.yaml:1: app.name")])
  expect(existsSync(join(folder, "data"))).toBe(false)
})

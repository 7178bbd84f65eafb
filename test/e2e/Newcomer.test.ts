import { execFile, spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"

const dist = join(import.meta.dirname, "../../dist")
const home = mkdtempSync(join(tmpdir(), "ebb-newcomer-"))
const cwd = join(home, "work")
mkdirSync(cwd)

const env = { PATH: `${dist}:${process.env["PATH"]}`, HOME: home, COLUMNS: "100" }

interface Screen {
  readonly code: number
  readonly text: string
}

/** Types a line at a shell; what stands on the screen afterwards. */
const type = (line: string): Promise<Screen> =>
  new Promise((resolve) => {
    execFile("sh", ["-c", line], { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), text: stdout + stderr })
    })
  })

/** The command that a screen says to type. */
const said = ({ text }: Screen, pattern: RegExp): string => {
  const [, command] = pattern.exec(text) ?? []
  expect(command, `${pattern} in\n${text}`).toBeDefined()
  return command!
}

/** A sandbox in a terminal of its own, its clock fast. */
const startSandbox = (line: string) => {
  const child = spawn("sh", ["-c", `exec ${line} --port 0 --speed 50`], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "inherit"]
  })
  const screen = new Promise<Screen>((resolve, reject) => {
    let text = ""
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes("Try next") && text.endsWith("first.\n")) resolve({ code: 0, text })
    })
    child.once("exit", (code) => reject(new Error(`it ended with ${code}: ${text}`)))
  })
  return { child, screen }
}

let sandbox: ReturnType<typeof startSandbox> | null = null
afterAll(() => {
  sandbox?.child.kill("SIGINT")
  rmSync(home, { recursive: true, force: true })
})

test("from an empty folder to a gate, each command copied from the screen before", async () => {
  const welcome = await type("ebb")
  expect(welcome.code).toBe(0)

  const first = await type(`${said(welcome, /^ {2}(ebb rehearse) /m)} --seeds 4`)
  expect(first.text).toMatch(/^► Use replace: nothing fails, /m)

  const own = await type(said(first, /Write your own with: (.*)$/m))
  const verdict = await type(`${said(own, /Try it: (.*)$/m)} --seeds 4`)
  expect(verdict.text).toMatch(/^► Use replace: /m)
  expect(readFileSync(join(cwd, "ebb.yaml"), "utf8")).toContain("rollouts:")

  sandbox = startSandbox(said(verdict, /\(in a sandbox with this app: (.*)\)$/m))
  const up = await sandbox.screen
  const load = await type(said(up, /^ {2}(ebb load .*?) {3}/m).replace("5m", "1s"))
  expect(load).toMatchObject({ code: 0 })
  expect(load.text).toMatch(/errored 0|0 errored/)

  const watched = await type(said(up, /^ {2}(ebb apps rollout .*?) {3}/m))
  expect(watched.text).toMatch(/Rolled out application llm: .* 0 errored/)
  expect(await type(said(watched, /^Report: (.*)$/m))).toMatchObject({ code: 0 })

  const advised = await type(said(verdict, /^ {2}Run: {2}(.*?)(?: {3}\(.*)?$/m))
  expect(advised.code).toBe(0)
  const report = await type(said(advised, /(?:Follow it with|See): (.*)$/m))
  expect(report.text).toMatch(/^Rollout r-2 of llm \(replace\)/m)

  const gate = said(verdict, /^ {2}Gate: (.*)$/m)
  const gated = await type(`${said(own, /Try it: (.*)$/m)} --seeds 4 ${gate}`)
  expect(gated.code).toBe(0)
  expect(gated.text).toMatch(/^✓ replace\.inFlight\.errored == 0: mean 0, 4 seeds$/m)
})

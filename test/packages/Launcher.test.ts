import { spawn } from "node:child_process"
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { emptyFolder, install, installMs, plainEnv, printed, root, run } from "./Packed.ts"

const folder = emptyFolder()
afterAll(folder.remove)
const user = join(folder.path, "user")
let launcher = ""

/** The launcher is installed from its tarball, the binary of this machine from its folder: to pack that takes long. */
const pack = (): ReadonlyArray<string> =>
  printed("bun", ["scripts/pack/packLauncher.ts", join(folder.path, "packed")], root, process.env)
    .trim()
    .split("\n")

beforeAll(() => {
  const [tarball = "", platform = ""] = pack()
  launcher = tarball
  mkdirSync(user)
  writeFileSync(join(user, "package.json"), '{ "private": true }\n')
  install(user, [tarball, platform])
}, installMs)

const ebb = join(user, "node_modules/.bin/ebb")

/** Starts the launcher; answers it once it has printed what it is waited for. */
const started = (args: ReadonlyArray<string>, until: RegExp): Promise<ReturnType<typeof spawn>> =>
  new Promise((resolve, reject) => {
    const child = spawn(ebb, args, { cwd: user, env: plainEnv(), stdio: ["ignore", "pipe", "pipe"] })
    let said = ""
    const hear = (piece: Buffer): void => {
      said += piece.toString()
      if (until.test(said)) resolve(child)
    }
    child.stdout.on("data", hear)
    child.stderr.on("data", hear)
    child.once("exit", (code) => reject(new Error(`it ended with ${code} and had said ${said}`)))
  })

const ended = (child: ReturnType<typeof spawn>): Promise<readonly [number | null, string | null]> =>
  new Promise((resolve) => child.once("exit", (code, signal) => resolve([code, signal])))

describe("the launcher, in an empty folder", () => {
  it("runs ebb by npx, with nothing but Node", () => {
    const out = printed("npx", ["--no-install", "ebb", "rehearse", "--preset", "llm", "--seeds", "2"], user)
    assert.match(out, /^preset llm · 1 h of traffic, rollout at 20 min/)
    assert.strictEqual(printed(ebb, ["--version"], user), printed(join(root, "dist/ebb"), ["--version"], user))
  })

  it("passes exit codes on, words with blanks too", () => {
    const failing = ["rehearse", "--preset", "llm", "--seeds", "1", "--assert", "force.inFlight.errored == 0"]
    assert.strictEqual(run(ebb, failing, user).status, 1)
    assert.strictEqual(run(ebb, ["rehearse", "no such file.yaml"], user).status, 2)
  })

  it.each(["SIGTERM", "SIGINT"] as const)("passes %s on, and ends as ebb does", async (signal) => {
    const up = ["up", "--port", "0", "--data", join(user, signal)]
    const direct = spawn(join(root, "dist/ebb"), [...up.slice(0, -1), join(user, `${signal}-direct`)], {
      env: plainEnv()
    })
    await new Promise((resolve) => direct.stdout.once("data", resolve))
    direct.kill(signal)
    const expected = await ended(direct)
    const child = await started(up, /ebb is up at/)
    const end = ended(child)
    child.kill(signal)
    assert.deepStrictEqual(await end, expected)
    assert.isFalse(existsSync(join(user, signal, "sandbox.json")))
  })

  it("ends by a signal where ebb does", async () => {
    const child = await started(["up", "--port", "0", "--data", join(user, "killed")], /ebb is up at/)
    const end = ended(child)
    const [pid = ""] = printed("ps", ["-o", "pid=", "--ppid", String(child.pid)], user)
      .trim()
      .split("\n")
    process.kill(Number(pid), "SIGKILL")
    assert.deepStrictEqual(await end, [null, "SIGKILL"])
  })

  it("says what to do where the package with the binary is not there", () => {
    const alone = join(folder.path, "alone")
    mkdirSync(alone)
    writeFileSync(join(alone, "package.json"), '{ "private": true }\n')
    install(alone, ["--omit=optional", launcher])
    rmSync(join(alone, "node_modules/@ebb"), { recursive: true, force: true })
    const { status, stderr } = run(join(alone, "node_modules/.bin/ebb"), ["--version"], alone)
    assert.strictEqual(status, 1)
    assert.match(
      stderr,
      /^✘ The package @ebb\/cli-linux-\w+ is not installed, [^\n]* npm install @ebb\/cli-\S+@\d[^\n]*\n$/
    )
  })
})

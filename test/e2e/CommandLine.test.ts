import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { binary, Ebb } from "./Ebb.ts"

const ebb = new Ebb()
const other = mkdtempSync(join(tmpdir(), "ebb-e2e-other-"))
const owner = `${process.pid}`

beforeAll(() => ebb.up())
afterAll(async () => {
  await ebb.remove()
  rmSync(other, { recursive: true, force: true })
})

interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a line of words with variables on top of those of the sandbox's own data directory. */
const run = (line: string, env: NodeJS.ProcessEnv = {}, input = "", cwd = process.cwd()): Said => {
  const words = line.split(" ").filter((word) => word !== "")
  const base = { PATH: process.env["PATH"], HOME: ebb.data, EBB_DATA: ebb.data, COLUMNS: "200" }
  const { status, stderr, stdout } = spawnSync(binary, words, {
    cwd,
    env: { ...base, ...env },
    encoding: "utf8",
    input
  })
  return { code: status ?? -1, out: stdout, err: stderr }
}

const done = (out: string): Said => ({ code: 0, out, err: "" })
const failed = (err: string): Said => ({ code: 1, out: "", err })

const table = (text: string): string => text.replace(/^ +/gm, "").trimStart()

describe("transcripts of the public command line, with the compiled binary against a real sandbox", () => {
  test("1 to 3: rollout, by force, and of what is not there", () => {
    const rolled = run("apps rollout demo")
    expect(rolled).toMatchObject({ code: 0, out: "Rolled out application demo\n" })
    // Idle runners may have ended before the answer is read.
    const report = "(Follow it with|See): ebb rollouts report r-1"
    expect(rolled.err).toMatch(
      new RegExp(`^rollout r-1 \\(graceful\\): \\d runners?, 0 requests in flight\n${report}\n$`)
    )
    expect(run("apps rollout demo --force").out).toBe("Rolled out application demo\n")
    expect(run("apps rollout nope")).toEqual(failed("✘ Application 'nope' not found\n"))
    expect(run("apps rollout demoo")).toEqual(failed("✘ Application 'demoo' not found. Did you mean 'demo'?\n"))
    expect(run("apps rollout demo --env nope")).toEqual(
      failed("✘ Application 'demo' not found in environment 'nope'\n")
    )
  })
  test("4 to 6: keys that are refused, and a team that is not the key's", () => {
    const address = { FAL_GRPC_HOST: new URL(ebb.url).host }
    expect(run("apps rollout demo", { ...address, FAL_KEY: "bad:bad" })).toEqual(failed("✘ Invalid credentials\n"))
    const ignored = run("apps rollout demo --team acme", { ...address, FAL_KEY: ebb.key })
    expect(ignored.out).toBe("Rolled out application demo\n")
    expect(ignored.err).toMatch(
      /^Ignoring explicit team acme because key is used\. The key belongs to Local User: local - local\|.+\.\nrollout /
    )
    expect(run("apps rollout demo --team acme", { EBB_KEY: "bad:bad" })).toEqual(
      failed("✘ Failed to fetch user info: HTTP Error 401: Unauthorized\n")
    )
  })
  test("a key of the public client counts only beside its address", () => {
    expect(run("apps list --json", { FAL_KEY: "bad:bad" }).code).toBe(0)
  })
  test("a key for calls is told what needs more", () => {
    const { out } = run("keys create --scope API --json")
    const { key_id, key_secret } = JSON.parse(out)
    const caller = { EBB_KEY: `${key_id}:${key_secret}` }
    const text = (what: string) => `✘ This key has scope API; ${what} needs a key with scope ADMIN\n`
    expect(run("apps rollout demo", caller)).toEqual(failed(text("rollout")))
    expect(run("apps scale demo --keep-alive 1", caller)).toEqual(failed(text("scale")))
    expect(run("apps list", caller)).toEqual(failed(text("list apps")))
  })
  test("12: keys create", () => {
    expect(run("keys create --scope API --desc hi").out).toMatch(
      /^Generated key id and key secret, with the scope `API`\.\nThis is the only time the secret will be visible\.\nYou will need to generate a new key pair if you lose access to this secret\.\nFAL_KEY='[^:]+:[^:]+'\n$/
    )
    expect(run("keys list").out).toContain(" hi ")
  })
  test("13, 14: secrets", () => {
    expect(run("secrets set A=1 B=x=y")).toEqual(done(""))
    const { secrets } = JSON.parse(run("secrets list --json").out)
    const [first] = secrets
    expect(Object.keys(first)).toEqual(["name", "environment", "created_at", "default_exposed"])
    expect(secrets).toMatchObject([
      { name: "A", environment: "", default_exposed: true },
      { name: "B", environment: "", default_exposed: true }
    ])
    expect(run("secrets list").out).toMatch(/^┏━+┳━+┳━+┳━+┓\n┃ Name ┃ Env  ┃ Created At +┃ Exposed By Default ┃\n/)
    expect(run("secrets set 1x=2")).toEqual(failed("✘ Secret name '1x' must match [A-Za-z_][A-Za-z0-9_]*\n"))
    expect(run("secrets unset C")).toEqual(failed("✘ Secret 'C' not found\n"))
  })
  test("16, 18: apps list and scale", () => {
    const [app] = JSON.parse(run("apps list --json").out).apps
    expect(Object.keys(app).join(" ")).toBe(
      "alias revision auth_mode keep_alive max_concurrency max_multiplexing active_runners min_concurrency " +
        "concurrency_buffer concurrency_buffer_perc scaling_delay machine_types request_timeout startup_timeout " +
        "valid_regions environment_name"
    )
    expect(app).toMatchObject({ alias: "demo", keep_alive: 300, min_concurrency: 2, machine_types: ["GPU-H100"] })
    expect(run("apps scale demo")).toEqual(done("No parameters for update were provided, ignoring.\n"))
    expect(run("apps scale demo --keep-alive -1")).toEqual(failed("✘ keep_alive must be at least 0, got -1\n"))
    expect(run("apps scale demo --max-multiplexing 4").err).toBe(
      "Note: Please be aware that max_multiplexing will be reset on the next deployment.\n"
    )
  })
  test("20 to 22: delete, queue, gpus", async () => {
    await ebb.serving("demo", 2)
    expect(run("apps delete nope")).toEqual(done("Application 'nope' not found.\n"))
    expect(run("queue size demo")).toEqual(done("Total queue size: 0\n"))
    expect(run("queue size demo --json")).toEqual(done('{"size": 0}\n'))
    expect(run("queue size nope")).toEqual(failed("✘ Failed to get queue size: Application 'nope' not found\n"))
    expect(run("queue flush demo")).toEqual(done("Queue flushed successfully.\n"))
    expect(run("apps gpus nope")).toEqual(failed("✘ Application 'nope' not found in metrics.\n"))
    expect(run("apps gpus demo").out).toMatch(
      new RegExp(
        table(`┏━━━━━━┳━━━━━━━┓
               ┃ Type ┃ Count ┃
               ┡━━━━━━╇━━━━━━━┩
               │ H100 │     \\d │
               └──────┴───────┘
               Total: \\d
               $`)
      )
    )
  })
  test("24: exec on a runner of a process; a simulated one has no machine", async () => {
    const spec = join(other, "web.yaml")
    const command = `[node, ${join(import.meta.dirname, "servers", "node.mjs")}]`
    writeFileSync(spec, `app: { name: web }\nscaling: { min_concurrency: 1 }\nrunner: { command: ${command} }\n`)
    expect(run(`deploy ${spec}`).code).toBe(0)
    const runner = (await ebb.serving("web", 1))[0]?.runner_id
    expect(run(`runners exec ${runner} -- sh -c exit\t3`)).toEqual({ code: 3, out: "", err: "" })
    expect(run(`runners exec ${runner} -- echo hello`)).toEqual(done("hello\n"))
    expect(run(`runners exec --json ${runner} -- echo hello`)).toEqual(done('{"exit": 0, "output": "hello\\n"}\n'))
    expect(run(`runners exec ${runner}`)).toEqual(failed("Error: No command specified.\n"))
    expect(run("runners exec nope -- ls")).toEqual(
      failed("✘ Runner 'nope' not found. The runners are in: ebb runners list\n")
    )
    const simulated = (await ebb.serving("demo", 1))[0]?.runner_id
    const text = `\nConnection error: Runner '${simulated}' is simulated: there is no machine to run a command on\n`
    expect(run(`runners exec ${simulated} -- ls`)).toEqual(failed(text))
    expect(run("apps delete web").out).toMatch(/^Application 'web' deleted \(.+\)\n$/)
  })
  test("25: environments", () => {
    expect(run("environments create staging")).toEqual(done("Created environment 'staging'\n"))
    expect(run("environments create staging")).toEqual(failed("✘ Environment 'staging' already exists\n"))
    expect(run("apps rollout demo --env staging")).toEqual(
      failed("✘ Application 'demo' not found in environment 'staging'\n")
    )
    expect(run("environments delete staging", {}, "stagin\n")).toMatchObject({ code: 0, out: "" })
    expect(run("environments delete staging").err).toMatch(/✘ EOF when reading a line\n$/)
    expect(run("environments delete staging --yes")).toEqual(done("Deleted environment 'staging'\n"))
    expect(run("environments delete main --yes")).toEqual(failed("✘ Environment 'main' cannot be deleted\n"))
  })
  test("26: teams", () => {
    const { out } = run("teams create Acme")
    expect(out).toMatch(/^Generated key id and key secret, with the scope `ADMIN`\.\n/)
    expect(run("teams set acme").out).toMatch(/^Using team account Acme \(\w+\)\. You can change this later with /)
    expect(run("apps list --json")).toEqual(done('{"apps": []}\n'))
    expect(run("apps rollout demo")).toEqual(failed("✘ Application 'demo' not found\n"))
    expect(run("env").out).toContain(out.split("'")[1])
    expect(run("teams set zzz")).toEqual(failed("✘ Team zzz not found\n"))
    expect(run("teams unset").out).toMatch(/^Using personal account Local User \(local\)\./)
    expect(run("teams list").out).toMatch(/^┌─+┬─+┬─+┐\n│ \* 1 │ Local User │ Personal │\n│ +│ local +│ +│\n/)
  })
})

describe("the life of a sandbox", () => {
  const at = { EBB_DATA: other, HOME: other }

  const started: Array<number> = []
  afterAll(() => {
    for (const pid of started) {
      try {
        process.kill(pid, "SIGKILL")
      } catch {
        // It ended as it should.
      }
    }
  })

  /** Starts one in the background, its option abbreviated; what it says as JSON. */
  const detached = (env: NodeJS.ProcessEnv = at) => {
    const { code, err, out } = run("up --det --port 0 --json", env)
    expect([code, err]).toEqual([0, ""])
    const said = JSON.parse(out)
    started.push(said.pid)
    return said
  }

  test("none runs: every command says so in one line", () => {
    expect(run("env", at)).toEqual(failed(`✘ No sandbox is running for ${other}. Start one with: ebb up\n`))
    expect(run("down", at)).toEqual(done(`No sandbox is running for ${other}\n`))
    expect(run("status", at)).toEqual(failed("✘ No sandbox answers at localhost:8787. Start one with: ebb up\n"))
    expect(run("status --json", at)).toMatchObject({ code: 1, out: '{"running": false}\n' })
    expect(run("apps list", at)).toEqual(failed("✘ No sandbox answers at localhost:8787. Start one with: ebb up\n"))
  })
  test("one that was killed is not running, though its file is there", async () => {
    const { pid, url } = detached()
    expect(run("status", at).out).toContain(`is up at ${url} (pid ${pid})\n`)
    expect(run(`status --data ${ebb.data}`, at).out).toContain(`is up at ${ebb.url} `)
    process.kill(pid, "SIGKILL")
    const ended = await ebb.until(
      () => Promise.resolve(run("env", at)),
      ({ code }) => code === 1
    )
    expect(ended).toEqual(failed(`✘ No sandbox is running for ${other}. Start one with: ebb up\n`))
    expect(readFileSync(join(other, "sandbox.json"), "utf8")).toContain(url)
    expect(run("status", at)).toMatchObject({ code: 1, out: "" })
    expect(run("down", at)).toEqual(done(`No sandbox is running for ${other}\n`))
  })
  test("up refuses what is taken, and down ends it", () => {
    const { pid, url } = detached()
    const isUp = `✘ A sandbox with its data in ${other} is up already, at ${url} (pid ${pid}). End it with: ebb down\n`
    expect(run("up --port 0", at)).toEqual(failed(isUp))
    expect(run("up --detach", at)).toEqual(failed(isUp))
    const port = new URL(url).port
    const elsewhere = join(other, "elsewhere")
    const taken = (option: string) =>
      failed(`✘ Port ${port} is in use. Choose another with ${option}, or 0 for a free one\n`)
    expect(run(`up --data ${elsewhere} --port ${port}`, at)).toEqual(taken("--port"))
    expect(run(`up --data ${elsewhere} --port ${port} --detach`, at)).toEqual(taken("--port"))
    expect(run(`up --data ${elsewhere} --port 0 --http-port ${port}`, at)).toEqual(taken("--http-port"))
    expect(run("down", at)).toEqual(done(`The sandbox at ${url} is down\n`))
    expect(run("status", at).code).toBe(1)
  })
  test("in the background it says how to end it, and how to deploy the ebb.yaml that is there", () => {
    const folder = join(other, "with-spec")
    mkdirSync(folder)
    writeFileSync(join(folder, "ebb.yaml"), "app: { name: mine }\n")
    const { code, out } = run("up --detach --port 0", { ...at, EBB_DATA: join(folder, "data") }, "", folder)
    const [, pid] = /\(pid (\d+)\)/.exec(run("status", { ...at, EBB_DATA: join(folder, "data") }).out) ?? []
    started.push(Number(pid))
    expect(code).toBe(0)
    expect(out).toMatch(/\nTry next:\n.*\n {2}ebb deploy ebb\.yaml +run the app of the ebb\.yaml here too\n/s)
    expect(out).toMatch(/\nebb down ends it, and lets requests finish first\.\n$/)
  })
  test("a data directory that is a file is refused in words", () => {
    const file = join(other, owner)
    writeFileSync(file, "")
    expect(run(`up --data ${file} --port 0`, at)).toEqual(failed(`✘ ${file}: it is there already, and no directory\n`))
    expect(run(`up --data ${file} --port 0 --detach`, at)).toMatchObject({ code: 1, out: "" })
    const nowhere = "/proc/nowhere/data"
    expect(run(`up --data ${nowhere} --port 0`, at)).toEqual(failed(`✘ ${nowhere}: no such file or directory\n`))
  })
})

describe("how a process ends", () => {
  const start = (...words: ReadonlyArray<string>): ChildProcess =>
    spawn(binary, words, { env: { PATH: process.env["PATH"], HOME: other, EBB_KEY: "a:b" }, stdio: "pipe" })

  const ended = (child: ChildProcess) => {
    let err = ""
    child.stderr?.on("data", (chunk: Buffer) => (err += chunk.toString()))
    return new Promise<readonly [number | null, NodeJS.Signals | null, string]>((resolve) =>
      child.on("close", (code, signal) => resolve([code, signal, err]))
    )
  }

  /** A server that takes a connection and never answers; tells when one came. */
  const silent = async () => {
    const server = createServer()
    const asked = new Promise<void>((resolve) => server.once("connection", () => resolve()))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return { server, asked, host: `127.0.0.1:${port}` }
  }

  test.each([
    ["27: Ctrl-C ends a command of the public command line with 1", "SIGINT", "apps list", [1, null, "✘ Aborted.\n"]],
    ["Ctrl-C ends a command of its own with 130", "SIGINT", "run local/demo", [130, null, "✘ Aborted.\n"]],
    ["SIGTERM does what it does by default", "SIGTERM", "apps list", [null, "SIGTERM", ""]]
  ] as const)("%s", async (_, signal, line, expected) => {
    const { asked, host, server } = await silent()
    const child = spawn(binary, line.split(" "), {
      env: { PATH: process.env["PATH"], HOME: other, EBB_KEY: "a:b", EBB_HOST: host },
      stdio: "pipe"
    })
    const end = ended(child)
    await asked
    child.kill(signal)
    expect(await end).toEqual(expected)
    server.close()
  })
  test("a reader of stdout that goes away is no failure", async () => {
    const child = start("completion", "bash")
    const end = ended(child)
    child.stdout?.destroy()
    expect(await end).toEqual([0, null, ""])
  })
})

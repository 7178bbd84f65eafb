import * as Orphans from "@ebb/processes/Orphans"
import * as Ports from "@ebb/processes/Ports"
import { type Exit, spawn } from "@ebb/processes/ProcessGroup"
import * as Ready from "@ebb/processes/Ready"
import * as Sockets from "@ebb/processes/Sockets"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { assert, describe, it } from "@effect/vitest"
import { onTestFinished } from "vitest"

const folder = join(import.meta.dirname, "../../examples/servers")
const callers = 8

/** The programs of the examples, and a command that fails where one is not installed. */
const examples: ReadonlyArray<{ name: string; command: ReadonlyArray<string>; needs: ReadonlyArray<string> }> = [
  { name: "node.mjs", command: ["node", "node.mjs"], needs: ["node", "--print", "1"] },
  { name: "bun.mjs", command: [process.execPath, "bun.mjs"], needs: [process.execPath, "--version"] },
  { name: "threads.py", command: ["python3", "threads.py"], needs: ["python3", "--version"] },
  {
    name: "asgi.py under uvicorn",
    command: ["sh", "-c", 'exec /usr/bin/python3 -m uvicorn asgi:app --port "$PORT"'],
    needs: ["/usr/bin/python3", "-c", "import uvicorn"]
  },
  {
    name: "wsgi.py under gunicorn",
    command: ["gunicorn", "--threads", String(2 * callers), "wsgi:app"],
    needs: ["gunicorn", "--version"]
  },
  {
    name: "main.go",
    command: ["sh", "-c", 'go build -o "$OUT/server" main.go && exec "$OUT/server"'],
    needs: ["go", "version"]
  }
]

const isInstalled = ([program = "", ...args]: ReadonlyArray<string>): boolean =>
  spawnSync(program, args, { stdio: "ignore" }).status === 0

const call = async (url: string): Promise<string> => {
  const answer = await fetch(url, { headers: { connection: "close" }, keepalive: false })
  return `${answer.status} ${await answer.text()}`
}

/** Waits until the server has accepted and read that many requests. */
const takenUp = async (port: number, count: number): Promise<void> => {
  const isTaken = ({ inode, state, unread }: Sockets.Socket) => state === "established" && inode !== 0 && unread === 0
  while (Sockets.snapshot(port)().own.filter(isTaken).length < count) await sleep(5)
}

const start = async (command: ReadonlyArray<string>) => {
  const port = await Ports.draw()
  const mark = `examples-${process.pid}-${port}`
  const out = mkdtempSync(join(tmpdir(), "ebb-example-"))
  onTestFinished(async () => {
    await Orphans.killAll(mark)
    rmSync(out, { recursive: true })
  })
  const group = spawn({
    command,
    cwd: folder,
    env: { OUT: out, PYTHONDONTWRITEBYTECODE: "1" },
    port,
    mark,
    onLine: () => {}
  })
  const { host } = await Ready.wait({ group, port, ready: {}, signal: AbortSignal.timeout(110_000) })
  return { group, mark, port, url: `http://${host.includes(":") ? `[${host}]` : host}:${port}/` }
}

const endedAsAsked = ({ code, signal }: Exit): boolean => code === 0 || code === 143 || signal === "SIGTERM"

describe("the servers that docs/draining.md shows", () => {
  for (const { command, name, needs } of examples) {
    const missing = !isInstalled(needs)
    if (missing) console.log(`skipped: ${name}, since \`${needs.join(" ")}\` fails here`)
    it.skipIf(missing)(`${name} answers what it has taken up before it ends`, async () => {
      const { group, mark, port, url } = await start(command)
      const answers = Promise.all(Array.from({ length: callers }, () => call(url)))
      await takenUp(port, callers)
      group.terminate()
      assert.deepStrictEqual(await answers, Array<string>(callers).fill("200 done\n"))
      assert.isTrue(endedAsAsked(await group.exited), JSON.stringify(group.exit))
      assert.deepStrictEqual(Orphans.find(mark), [])
    })
  }
})

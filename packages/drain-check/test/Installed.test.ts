import type { AdviceCode } from "@ebb/drain-check/CheckReport"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { afterAll, vi } from "vitest"
import { type Changes, folder, problems, told } from "./Checking.ts"

vi.setConfig({ maxConcurrency: 3, testTimeout: 300_000 })

const out = mkdtempSync(join(tmpdir(), "ebb-installed-"))
afterAll(() => rmSync(out, { recursive: true }))

const python = "/usr/bin/python3"
const runs = (program: string, ...args: ReadonlyArray<string>) => [program, ...args]
const imports = (module: string) => runs(python, "-c", `import ${module}`)
const shell = (line: string) => ["sh", "-c", line]
const asgi = `exec ${python} -m uvicorn asgi:app --port $PORT --log-level warning`

/** A server of those that others have written, what to install for it, and what is right to say of it. */
interface Installed {
  readonly it: string
  /** A command that fails where it is not installed. */
  readonly needs: ReadonlyArray<string>
  readonly command: ReadonlyArray<string>
  readonly changes?: Changes
  readonly problems: ReadonlyArray<AdviceCode>
  /** What it does now and then instead, by a race of its own. */
  readonly orElse?: ReadonlyArray<AdviceCode>
  /** Words of the first finding, of what helps, and of the lines to write. */
  readonly says?: RegExp
}

const kept = { runs: ["graceful", "kept"] } as const
const long = { graceMs: 9000 } as const

const servers: ReadonlyArray<Installed> = [
  { it: "uvicorn drains", needs: imports("uvicorn"), command: shell(asgi), changes: kept, problems: [] },
  {
    it: "gunicorn with threads drains",
    needs: imports("gunicorn"),
    command: shell(`exec ${python} -m gunicorn --threads 100 --bind 127.0.0.1:$PORT wsgi:app`),
    problems: []
  },
  {
    it: "gunicorn gives up at its graceful timeout",
    needs: imports("gunicorn"),
    command: shell(
      `exec ${python} -m gunicorn --threads 200 --graceful-timeout 1 --bind 127.0.0.1:$PORT "wsgi:make(4)"`
    ),
    changes: long,
    problems: ["own-limit"],
    says: /In gunicorn that is --graceful-timeout/u
  },
  {
    it: "hypercorn gives up at its graceful timeout",
    needs: imports("hypercorn"),
    command: shell(`exec ${python} -m hypercorn --graceful-timeout 1 --bind 127.0.0.1:$PORT "asgi:slow"`),
    changes: long,
    problems: ["own-limit"],
    says: /In hypercorn that is --graceful-timeout/u
  },
  {
    it: "aiohttp gives up at its shutdown timeout",
    needs: imports("aiohttp"),
    command: [python, "aiohttp_server.py", "4", "1"],
    changes: long,
    problems: ["own-limit"],
    says: /In aiohttp that is shutdown_timeout/u
  },
  {
    it: "aiohttp drains",
    needs: imports("aiohttp"),
    command: [python, "aiohttp_server.py", "0.5", "10"],
    problems: []
  },
  {
    it: "Puma drains and ends by the signal",
    needs: runs("puma", "--version"),
    command: shell("exec puma --quiet --environment production --threads 64:64 --port $PORT app.ru"),
    changes: kept,
    problems: []
  },
  {
    it: "Puma with workers gives up at their shutdown timeout",
    needs: runs("puma", "--version"),
    command: shell("TAKES=4 exec puma --quiet --environment production --config limit.rb --port $PORT app.ru"),
    changes: long,
    problems: ["own-limit"],
    says: /In Puma that is worker_shutdown_timeout/u
  },
  {
    it: "Tornado closes every connection where it is told to",
    needs: imports("tornado"),
    command: [python, "tornado_server.py"],
    problems: ["cuts-connections"],
    says: /close_all_connections\(\) would cut/u
  },
  {
    it: "WEBrick drains",
    needs: runs("ruby", "-e", "require 'webrick'"),
    command: ["ruby", "webrick_server.rb"],
    problems: []
  },
  {
    it: "PHP's own server has no handler of its own",
    needs: runs("php", "--version"),
    command: shell("exec php -S 127.0.0.1:$PORT slow.php"),
    problems: ["ended-by-signal"]
  },
  {
    it: "nginx drains on SIGQUIT",
    needs: runs("nginx", "-v"),
    command: ["sh", "nginx.sh", out],
    changes: { signal: "SIGQUIT" },
    problems: []
  },
  {
    it: "nginx cuts on SIGTERM",
    needs: runs("nginx", "-v"),
    command: ["sh", "nginx.sh", out],
    problems: ["ends-early"]
  },
  {
    it: "Java's server waits for its whole delay when idle",
    needs: runs("javac", "-version"),
    command: shell("exec java Delays.java 60"),
    changes: { runs: ["graceful", "idle"], graceMs: 4000 },
    problems: ["does-not-end-idle"],
    orElse: ["does-not-end"]
  },
  {
    it: "Go gives up when the context of its Shutdown ends",
    needs: runs("go", "version"),
    command: shell(`[ -x ${out}/limit ] || GO111MODULE=off go build -o ${out}/limit limit.go; exec ${out}/limit`),
    changes: { ...long, startupMs: 60_000 },
    problems: ["own-limit"],
    says: /In Go that is the context/u
  }
]

describe.concurrent("a server that others have written", () => {
  for (const { changes, command, it: story, needs, orElse, problems: right, says } of servers) {
    const [program = "", ...args] = needs
    const isMissing = spawnSync(program, args, { stdio: "ignore" }).status !== 0
    if (isMissing) console.log(`Not checked, since \`${needs.join(" ")}\` fails here: ${story}`)
    it.skipIf(isMissing)(story, async ({ skip }) => {
      const report = await told(skip, command, { cwd: join(folder, "../installed"), ...changes }, right)
      const found = problems(report)
      if (orElse === undefined || !orElse.every((code, at) => code === found[at])) {
        assert.deepStrictEqual(found, [...right], JSON.stringify(report))
      }
      const [advice] = report.advice
      if (says !== undefined) assert.match(`${advice?.text} ${advice?.remedy} ${advice?.snippet?.code}`, says)
    })
  }
})

// Checks well-behaved and bad servers again and again beside busy processes, and counts wrong verdicts:
//   bun run check:repeat [--runs 50] [--parallel 6] [--busy 4] [--only TEXT] [--kind good|bad]
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { parseArgs } from "node:util"
import { type Behaviour, fails } from "../test/Behaviours.ts"
import { check, problems } from "../test/Checking.ts"

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "50" },
    parallel: { type: "string", default: "6" },
    busy: { type: "string", default: "4" },
    only: { type: "string", default: "" },
    kind: { type: "string", default: "good,bad" }
  }
})

const examples = new URL("../../../examples/servers", import.meta.url).pathname
const runs = ["graceful", "kept", "idle"] as const

const isInstalled = (program: string, ...args: ReadonlyArray<string>): boolean =>
  spawnSync(program, args, { stdio: "ignore" }).status === 0

const example = (it: string, isThere: boolean, ...command: ReadonlyArray<string>): ReadonlyArray<Behaviour> =>
  isThere ? [{ it, command, changes: { cwd: examples, runs }, problems: [] }] : []

const python = "/usr/bin/python3"
const server = "/tmp/ebb-check-repeat-go"
const hasGo = isInstalled("go", "build", "-o", server, `${examples}/main.go`)

/** The servers that docs/draining.md shows. */
const good: ReadonlyArray<Behaviour> = [
  ...example("node.mjs", true, "node", "node.mjs"),
  ...example("bun.mjs", true, process.execPath, "bun.mjs"),
  ...example("threads.py", true, "python3", "threads.py"),
  ...example(
    "asgi.py",
    isInstalled(python, "-c", "import uvicorn"),
    "sh",
    "-c",
    `exec ${python} -m uvicorn asgi:app --port $PORT`
  ),
  ...example("wsgi.py", isInstalled("gunicorn", "--version"), "gunicorn", "--threads", "32", "wsgi:app"),
  ...example("main.go", hasGo, server)
]

const busy = (): ChildProcess => spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" })

interface Count {
  right: number
  readonly wrong: Array<string>
}

const count = async (behaviour: Behaviour, into: Count): Promise<void> => {
  const report = await check(behaviour.command, behaviour.changes)
  const isGreen = behaviour.problems.length === 0
  if (report.passed === isGreen) into.right++
  else into.wrong.push(problems(report).join(" ") || "green")
}

const repeat = async (behaviour: Behaviour): Promise<Count> => {
  const into: Count = { right: 0, wrong: [] }
  let left = Number(values.runs)
  const lane = async (): Promise<void> => {
    while (left-- > 0) await count(behaviour, into)
  }
  await Promise.all(Array.from({ length: Number(values.parallel) }, lane))
  return into
}

const beside = Array.from({ length: Number(values.busy) }, busy)
try {
  const chosen = [...(values.kind.includes("good") ? good : []), ...(values.kind.includes("bad") ? fails : [])]
  for (const behaviour of chosen.filter(({ it }) => it.includes(values.only))) {
    const { right, wrong } = await repeat(behaviour)
    const what = behaviour.problems.length === 0 ? "false red" : "false green"
    console.log(
      `${behaviour.it}: ${right} right, ${wrong.length} ${what}${wrong.length > 0 ? `: ${wrong.join(", ")}` : ""}`
    )
    if (wrong.length > 0) process.exitCode = 1
  }
} finally {
  for (const each of beside) each.kill("SIGKILL")
}
process.exit()

// Checks well-behaved and bad servers again and again beside busy processes, and counts wrong verdicts, each told at once:
//   bun run check:repeat [--runs 50] [--parallel 6] [--busy 4] [--minutes 60] [--only TEXT] [--kind examples,good,bad,untested]
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { parseArgs } from "node:util"
import { fails } from "../test/BadBehaviours.ts"
import { type Behaviour, drains, untested } from "../test/Behaviours.ts"
import { check, couldNotTell, problems } from "../test/Checking.ts"

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "50" },
    parallel: { type: "string", default: "6" },
    busy: { type: "string", default: "4" },
    minutes: { type: "string", default: "60" },
    only: { type: "string", default: "" },
    kind: { type: "string", default: "examples,good,bad" }
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
const examplesShown: ReadonlyArray<Behaviour> = [
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
  readonly behaviour: Behaviour
  right: number
  /** The machine was too busy, and that is what was said. */
  untold: number
  readonly wrong: Array<string>
  /** Red for another reason than the one that is known. */
  readonly other: Array<string>
}

const count = async (into: Count): Promise<void> => {
  const { changes, command, problems: wanted } = into.behaviour
  const report = await check(command, changes)
  const found = problems(report).join(" ")
  if (couldNotTell(report, wanted)) return void into.untold++
  if (report.passed === (wanted.length === 0)) {
    into.right++
    if (problems(report).toSorted().join(" ") === wanted.toSorted().join(" ")) return
    into.other.push(found)
  } else into.wrong.push(found || "green")
  const { advice, graceful, idle, kept } = report
  console.log(`${into.behaviour.it}: ${found || "green"}: ${JSON.stringify({ advice, graceful, kept, idle })}`)
}

const list = (found: ReadonlyArray<string>): string => (found.length > 0 ? ` (${found.join(", ")})` : "")

const tell = ({ behaviour, other, right, untold, wrong }: Count): void => {
  const isGood = behaviour.problems.length === 0
  const what = isGood ? "false red" : "false green"
  const reasons = isGood ? "" : `; ${other.length} red for another reason${list(other)}`
  console.log(`${behaviour.it}: ${right} right, ${untold} not told, ${wrong.length} ${what}${list(wrong)}${reasons}`)
  if (wrong.length > 0) process.exitCode = 1
}

const kinds: Readonly<Record<string, ReadonlyArray<Behaviour>>> = {
  examples: examplesShown,
  good: drains,
  bad: fails,
  untested
}
const counts: ReadonlyArray<Count> = values.kind
  .split(",")
  .flatMap((kind) => kinds[kind] ?? [])
  .filter(({ it }) => it.includes(values.only))
  .map((behaviour) => ({ behaviour, right: 0, untold: 0, wrong: [], other: [] }))
// Round by round, so that each has had as many as the others whenever the time is over.
const queue = Array.from({ length: Number(values.runs) }, () => counts)
  .flat()
  .values()
const untilMs = performance.now() + Number(values.minutes) * 60_000
const beside = Array.from({ length: Number(values.busy) }, busy)
const lane = async (): Promise<void> => {
  for (const each of queue) {
    if (performance.now() > untilMs) return
    await count(each)
  }
}
// What was counted so far is told, too, of a run that is ended before its time.
const interrupted = new Promise<void>((resolve) => void process.once("SIGINT", resolve).once("SIGTERM", resolve))
try {
  await Promise.race([interrupted, Promise.all(Array.from({ length: Number(values.parallel) }, lane))])
  counts.forEach(tell)
} finally {
  for (const each of beside) each.kill("SIGKILL")
}
process.exit()

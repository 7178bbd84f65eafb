// The gate: rehearses, checks, writes the summary of the job and the comment. Exit 1: it does not hold; 2: not understood.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Comment from "./Comment.mjs"
import * as Gate from "./Gate.mjs"
import * as Runner from "./Runner.mjs"

const fenced = (text) => {
  const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)))
  return `${fence}\n${text}\n${fence}`
}

const drains = (checked) =>
  checked === null
    ? []
    : [`### ${checked.status === 0 ? "The server drains" : "The server does not drain"}`, fenced(checked.said)]

const rehearsed = (result, spec) =>
  result.markdown ?? `### The rollout of ${spec} was not rehearsed\n\n${fenced(result.said)}`

/** On a pull request from a fork the token writes nothing: a job that may posts what is kept for it here. */
const isFromFork = ({ pull_request }, repository) => pull_request.head?.repo?.full_name !== repository

const comment = async (event, files, spec, text) => {
  const number = event.pull_request?.number
  if (process.env.EBB_COMMENT !== "true" || number === undefined) return
  const marker = Comment.markerOf(spec)
  if (isFromFork(event, process.env.GITHUB_REPOSITORY)) {
    writeFileSync(join(files, "comment.json"), JSON.stringify({ number, marker, text }))
    return
  }
  await Comment.put(Runner.access(), number, marker, text)
}

const main = async () => {
  const spec = Runner.given("EBB_SPEC") ?? "ebb.yaml"
  const [ebb, folder] = [Gate.find(), Gate.folder()]
  const result = Gate.rehearse(ebb, folder, spec)
  if (result.status > 1) Runner.annotate(result.said.split("\n").at(-1).replace(/^✘ /, ""))
  const checked = Gate.check(ebb, folder)
  const text = [rehearsed(result, spec), ...drains(checked)].join("\n\n")
  Runner.summarize(text)
  Runner.output("report", result.html === null ? "" : result.files)
  const codes = [result.status, checked?.status ?? 0]
  try {
    await comment(Runner.event(), result.files, spec, text)
  } catch (error) {
    codes.push(Runner.refuse(error))
  }
  return Math.max(...codes)
}

const code = await main().catch(Runner.refuse)
Runner.output("exit-code", String(code))
process.exit(code)

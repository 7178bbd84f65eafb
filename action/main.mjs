// The gate: rehearses, checks, writes the summary of the job and the comment. Exit 1: it does not hold; 2: not understood.
import { readdirSync, writeFileSync } from "node:fs"
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

const rehearsed = (result, spec) => result.markdown ?? notRehearsed(spec, result.said)

const notRehearsed = (spec, said) => `### The rollout of ${spec} was not rehearsed\n\n${fenced(said)}`

/** Rehearses and checks: the exit code, and what came of it as Markdown. */
const gate = (place, files) => {
  try {
    Gate.enter(place)
    const ebb = Gate.find()
    const result = Gate.rehearse(ebb, place, files)
    if (result.status > 1) Runner.annotate(result.said.split("\n").at(-1).replace(/^✘ /, ""))
    const checked = Gate.check(ebb, place)
    const text = [rehearsed(result, place.spec), ...drains(checked)].join("\n\n")
    return { code: Math.max(result.status, checked?.status ?? 0), text }
  } catch (error) {
    return { code: 2, text: notRehearsed(place.spec, `✘ ${Runner.sayRefusal(error)}`) }
  }
}

const isCommenting = () => {
  const word = Runner.given("EBB_COMMENT") ?? "false"
  if (word === "true" || word === "false") return word === "true"
  throw new Runner.Refusal(`The input comment must be true or false, and not ${JSON.stringify(word)}.`)
}

/** On a pull request from a fork the token writes nothing: a job that may posts what is kept for it here. */
const isFromFork = ({ pull_request }, repository) => pull_request.head?.repo?.full_name !== repository

const comment = async (event, files, spec, text) => {
  const number = event.pull_request?.number
  if (!isCommenting() || number === undefined) return
  const marker = Comment.markerOf(spec)
  if (isFromFork(event, process.env.GITHUB_REPOSITORY)) {
    writeFileSync(join(files, "comment.json"), JSON.stringify({ number, marker, text }))
    return
  }
  await Comment.put(Runner.access(), number, marker, text)
}

const main = async () => {
  const [place, files] = [Gate.place(), Gate.emptyFolder()]
  const { code, text } = gate(place, files)
  Runner.summarize(text)
  try {
    await comment(Runner.event(), files, place.spec, text)
    return code
  } catch (error) {
    return Math.max(code, Runner.refuse(error))
  } finally {
    Runner.output("report", readdirSync(files).length === 0 ? "" : files)
  }
}

const code = await main().catch(Runner.refuse)
Runner.output("exit-code", String(code))
process.exit(code)

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

const notRehearsed = (spec) => `The rollout of ${spec} was not rehearsed`

const failed = (title, said) => `### ${title}\n\n${fenced(said)}\n`

/** The sentence that says why: behind its mark, else the last line. */
const why = (said) => {
  const [, marked = said.split("\n").at(-1)] = /^[✘x] (.+(?:\n {2}\S.*)*)/m.exec(said) ?? []
  return marked.replace(/\n +/g, " ")
}

/** What a run of ebb came to, as Markdown; what was not understood is shown beside the step too. */
const told = ({ markdown, said, status }, title) => {
  if (status > 1) Runner.annotate(why(said))
  return markdown ?? failed(title, said)
}

/** Rehearses and checks: the exit code, and what came of it as Markdown. */
const gate = (place, files) => {
  try {
    Gate.enter(place)
    const ebb = Gate.find()
    const rehearsed = Gate.rehearse(ebb, place, files)
    const text = told(rehearsed, notRehearsed(place.spec))
    const checked = Gate.check(ebb, place, files)
    if (checked === null) return { code: rehearsed.status, text }
    const code = Math.max(rehearsed.status, checked.status)
    return { code, text: `${text}\n${told(checked, "The server was not checked")}` }
  } catch (error) {
    return { code: 2, text: failed(notRehearsed(place.spec), `✘ ${Runner.sayRefusal(error)}`) }
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

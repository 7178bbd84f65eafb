// What a runner of GitHub Actions gives a job, and what it takes from it.
import { appendFileSync, readFileSync } from "node:fs"

/** What cannot be done as it was asked for: one sentence that says why, and what to do. */
export class Refusal extends Error {}

/** A variable that is set and not empty, else null. */
export const given = (name) => {
  const value = process.env[name]?.trim() ?? ""
  return value === "" ? null : value
}

const append = (variable, text) => {
  const file = given(variable)
  if (file !== null) appendFileSync(file, text)
}

/** Adds Markdown to the summary of the job. */
export const summarize = (markdown) => append("GITHUB_STEP_SUMMARY", `${markdown}\n`)

/** Sets an output of the step. */
export const output = (name, value) => append("GITHUB_OUTPUT", `${name}=${value}\n`)

/** What the runner shows beside the step as an error. */
export const annotate = (sentence) =>
  process.stdout.write(`::error::${sentence.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A")}\n`)

/** Says a refusal in the log and beside the step; answers the sentence. Anything else is a mistake of the action itself. */
export const sayRefusal = (error) => {
  if (!(error instanceof Refusal)) throw error
  process.stderr.write(`✘ ${error.message}\n`)
  annotate(error.message)
  return error.message
}

/** Says it in the summary too; answers the exit code. */
export const refuse = (error) => {
  summarize(`✘ ${sayRefusal(error)}\n`)
  return 2
}

/** What set the workflow off, as GitHub tells it. */
export const event = () => {
  const file = given("GITHUB_EVENT_PATH")
  return file === null ? {} : JSON.parse(readFileSync(file, "utf8"))
}

/** How to reach GitHub. */
export const access = () => {
  const token = given("EBB_TOKEN")
  if (token === null)
    throw new Refusal(
      "There is no token to write the comment with: leave the input token out, or set comment to false."
    )
  const repository = given("GITHUB_REPOSITORY")
  if (repository === null)
    throw new Refusal("GITHUB_REPOSITORY is not set; the comment needs it, and every runner gives it.")
  return { api: given("GITHUB_API_URL") ?? "https://api.github.com", token, repository }
}

// Posts what a run for a fork has kept: run by a workflow_run job, whose token may write. What the fork's run left is not
// trusted: it may only speak on the pull request whose head it ran for.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Comment from "./Comment.mjs"
import * as Runner from "./Runner.mjs"

const kept = (folder) => {
  const file = join(folder, "comment.json")
  if (!existsSync(file)) return null
  try {
    const { marker, number, text } = JSON.parse(readFileSync(file, "utf8"))
    if (!Number.isSafeInteger(number) || typeof text !== "string" || !/^<!-- ebb rehearsal of [^\n]* -->$/.test(marker))
      throw new Error()
    return { marker, number, text }
  } catch {
    throw new Runner.Refusal(`${file} is not what a rehearsal writes; nothing is posted.`)
  }
}

const main = async () => {
  const found = kept(Runner.given("EBB_FOLDER") ?? ".")
  if (found === null) {
    process.stdout.write("The run has kept no comment: it was not for a fork, or rehearsed nothing\n")
    return 0
  }
  const access = Runner.access()
  const ranFor = Runner.event().workflow_run?.head_sha
  if (ranFor === undefined) throw new Runner.Refusal("This belongs into a workflow that runs on workflow_run.")
  if ((await Comment.headOf(access, found.number)) !== ranFor) {
    throw new Runner.Refusal(
      `The run was for another commit than the head of pull request ${found.number}; nothing is posted.`
    )
  }
  await Comment.put(access, found.number, found.marker, found.text)
  return 0
}

process.exit(await main().catch(Runner.refuse))

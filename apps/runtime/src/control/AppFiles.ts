import type { DeployNotes } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import * as FileUploads from "./FileUploads.ts"
import type { Principal } from "./Principal.ts"
import { refuse } from "./Refused.ts"

const longest = 1024

/** Where it would be below the folder of the app; nothing is ever opened by that name. */
const isGoodPath = (path: string): boolean =>
  path.length <= longest &&
  !/[\p{Cc}\p{Cs}]/u.test(path) &&
  path.split("/").every((part) => part !== "" && part !== "." && part !== "..")

/** The files that a deploy or a build brings must be there, under paths that stay in the app. */
export const check = Effect.fn("files.check")(function* (principal: Principal, files: DeployNotes["files"]) {
  const outside = files.find(({ path }) => !isGoodPath(path))
  if (outside !== undefined) {
    return yield* refuse("INVALID_ARGUMENT", `app_files: a path must be relative, without '..', got '${outside.path}'`)
  }
  const missing = new Set(
    yield* FileUploads.missing(
      principal,
      files.map(({ hash }) => hash)
    )
  )
  const lost = files.find(({ hash }) => missing.has(hash))
  if (lost === undefined) return
  return yield* refuse("FAILED_PRECONDITION", `app_files: '${lost.path}' was not uploaded (hash ${lost.hash})`)
})

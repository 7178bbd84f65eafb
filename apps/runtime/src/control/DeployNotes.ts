import type { DeployNotes, DeploySaid } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import { type Refused, refuse } from "./Refused.ts"

/** What a deploy may say of itself beside its settings. */
export interface Sayable {
  readonly message?: string | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
  readonly privateLogs?: boolean | undefined
  readonly dataMounts?: ReadonlyArray<string> | undefined
  /** Files that came before the deploy, by their path in the app. */
  readonly appFiles?: DeployNotes["files"] | undefined
  /** What it tells of its app (`openapi` and more), as it comes. */
  readonly metadata?: DeploySaid["metadata"] | undefined
}

/** As the public command line has them. */
const most = { messageCharacters: 2048, annotations: 32, keyCharacters: 64, annotationBytes: 16_384, mounts: 100 }

const problemOf = ({ annotations = {}, dataMounts = [], message = "" }: Sayable): string | null => {
  if (message.length > most.messageCharacters) {
    return `message has ${message.length} characters; at most ${most.messageCharacters} are kept`
  }
  const keys = Object.keys(annotations)
  if (keys.length > most.annotations) return `${keys.length} annotations are too many; at most ${most.annotations}`
  const bad = keys.find((key) => key === "" || key.length > most.keyCharacters)
  if (bad !== undefined) return `annotations: a name has 1 to ${most.keyCharacters} characters, got '${bad}'`
  const bytes = Buffer.byteLength(JSON.stringify(annotations))
  if (bytes > most.annotationBytes) return `annotations take ${bytes} bytes; at most ${most.annotationBytes} are kept`
  return dataMounts.length > most.mounts ? `data_mounts: at most ${most.mounts}, got ${dataMounts.length}` : null
}

const isSilent = ({ annotations, files, message, metadata, ...rest }: DeploySaid): boolean =>
  message === null &&
  !rest.private_logs &&
  [Object.keys(annotations), Object.keys(metadata), rest.data_mounts, files].every(({ length }) => length === 0)

/** What is kept of it with the revision; null where it says nothing. */
export const saidOf = (request: Sayable): Effect.Effect<DeploySaid | null, Refused> => {
  const problem = problemOf(request)
  if (problem !== null) return Effect.fail(refuse("INVALID_ARGUMENT", problem))
  const said: DeploySaid = {
    message: request.message ?? null,
    annotations: request.annotations ?? {},
    private_logs: request.privateLogs ?? false,
    data_mounts: request.dataMounts ?? [],
    files: request.appFiles ?? [],
    metadata: request.metadata ?? {}
  }
  return Effect.succeed(isSilent(said) ? null : said)
}

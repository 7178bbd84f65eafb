import { Effect, Result, Schema } from "effect"
import * as DataFiles from "../../control/DataFiles.ts"
import * as FileUploads from "../../control/FileUploads.ts"
import type { Control } from "../../control/Control.ts"
import type { Destination } from "../../control/FilePlaces.ts"
import type { Principal } from "../../control/Principal.ts"
import { notFound, type Refused, refuse } from "../../control/Refused.ts"
import * as Body from "../../edge/Body.ts"
import { contentOf } from "../../edge/Content.ts"
import { limits } from "../../edge/Limits.ts"
import type { Router } from "./Router.ts"

type Answer = Effect.Effect<unknown, Refused | Response, Control>
type Handler = (principal: Principal, request: Request, parts: ReadonlyArray<string>) => Answer

const bytesOf = Effect.fnUntraced(function* (request: Request) {
  const bytes = yield* Effect.promise(() => Body.read(request))
  return bytes instanceof Response ? yield* Effect.fail(bytes) : bytes
})

const bodyOf = <A>(schema: Schema.Codec<A, unknown>, problem: string) => {
  const decode = Schema.decodeUnknownResult(Schema.fromJsonString(schema))
  return Effect.fnUntraced(function* (request: Request) {
    const decoded = decode(new TextDecoder().decode(yield* bytesOf(request)))
    return Result.isSuccess(decoded) ? decoded.success : yield* refuse("INVALID_ARGUMENT", problem)
  })
}

const Hash = Schema.String.check(Schema.isPattern(FileUploads.hashPattern))
const hashesMost = 100_000
const hashesOf = bodyOf(
  Schema.Struct({ hashes: Schema.Array(Hash).check(Schema.isMaxLength(hashesMost)) }),
  `hashes must be a list of up to ${hashesMost}, each of 64 hexadecimal digits`
)

const Part = Schema.Struct({ part_number: Schema.Int, etag: Schema.String })
const completionOf = bodyOf(
  Schema.Struct({
    parts: Schema.Array(Part).check(Schema.isMinLength(1), Schema.isMaxLength(limits.uploadParts)),
    metadata: Schema.optionalKey(FileUploads.Metadata)
  }),
  `parts must be a list of up to ${limits.uploadParts}, each of part_number and etag; metadata.mode a number as text`
)

const renamedOf = bodyOf(Schema.Struct({ destination: Schema.String }), "destination must be a path")

/** The file of a form, in the one field that clients send it in. */
const formFileOf = Effect.fnUntraced(function* (request: Request) {
  const bytes = yield* bytesOf(request)
  const type = request.headers.get("content-type") ?? ""
  const read = () => new Response(bytes, { headers: { "content-type": type } }).formData()
  const form = yield* Effect.result(Effect.tryPromise({ try: read, catch: () => null }))
  const file = Result.isSuccess(form) ? form.success.get("file_upload") : null
  if (!(file instanceof Blob)) {
    return yield* refuse("INVALID_ARGUMENT", "The body must be a form (multipart/form-data) with a file in file_upload")
  }
  return yield* Effect.promise(() => file.bytes())
})

const hashOf = (hash: string): Effect.Effect<Destination, Refused> =>
  FileUploads.hashPattern.test(hash)
    ? Effect.succeed({ kind: "app", path: hash })
    : Effect.fail(refuse("INVALID_ARGUMENT", `A hash has 64 hexadecimal digits, got '${hash}'`))

type DestinationOf = (principal: Principal, given: string) => Effect.Effect<Destination, Refused, Control>

/** The calls of an upload in parts, below a path that says where it goes. */
const inParts = (below: string, to: DestinationOf): ReadonlyArray<readonly [method: string, RegExp, Handler]> => [
  [
    "POST",
    new RegExp(`^${below}/initiate$`),
    (principal, _, [path = ""]) => Effect.flatMap(to(principal, path), (at) => FileUploads.begin(principal, at))
  ],
  [
    "POST",
    new RegExp(`^${below}/([\\w-]+)/complete$`),
    (principal, request, [path = "", id = ""]) =>
      Effect.gen(function* () {
        const at = yield* to(principal, path)
        const { metadata, parts } = yield* completionOf(request)
        const named = parts.map(({ etag, part_number: partNumber }) => ({ partNumber, etag }))
        const inOrder = named.toSorted((a, b) => a.partNumber - b.partNumber)
        return yield* FileUploads.complete(principal, at, id, { parts: inOrder, metadata })
      })
  ],
  ["POST", new RegExp(`^${below}/([\\w-]+)/cancel$`), (_, __, [, id = ""]) => FileUploads.cancel(id)],
  [
    "PUT",
    new RegExp(`^${below}/([\\w-]+)/(\\d+)$`),
    (_, request, [, id = "", number = ""]) =>
      Effect.flatMap(formFileOf(request), (bytes) => FileUploads.part(id, Number(number), bytes))
  ]
]

const nothingFetched = "A sandbox fetches nothing from elsewhere: download the file, and send it with fal files upload"
const notUnpacked = "A sandbox unpacks nothing: send the files themselves with fal files upload"

const handlers: ReadonlyArray<readonly [method: string, RegExp, Handler]> = [
  [
    "POST",
    /^missing_hashes$/,
    (principal, request) => Effect.flatMap(hashesOf(request), ({ hashes }) => FileUploads.missing(principal, hashes))
  ],
  ...inParts("app/multipart/([^/]+)", (_, hash) => hashOf(hash)),
  ...inParts("file/multipart/(.+)", DataFiles.destination),
  ["GET", /^list\/(.*)$/, (principal, _, [path = ""]) => DataFiles.list(principal, path)],
  [
    "POST",
    /^file\/local\/(.+)$/,
    (principal, request, [path = ""]) =>
      Effect.gen(function* () {
        if (new URL(request.url).searchParams.get("unzip") === "true")
          return yield* refuse("UNIMPLEMENTED", notUnpacked)
        const to = yield* DataFiles.destination(principal, path)
        return yield* FileUploads.put(principal, to, yield* formFileOf(request))
      })
  ],
  ["POST", /^file\/url\/(.+)$/, () => Effect.fail(refuse("UNIMPLEMENTED", nothingFetched))],
  ["GET", /^file\/(.+)$/, (principal, _, [path = ""]) => Effect.map(DataFiles.read(principal, path), contentOf)],
  ["DELETE", /^file\/(.+)$/, (principal, _, [path = ""]) => DataFiles.remove(principal, path)],
  [
    "POST",
    /^rename\/(.+)$/,
    (principal, request, [path = ""]) =>
      Effect.flatMap(renamedOf(request), ({ destination }) => DataFiles.rename(principal, path, destination))
  ]
]

const answered = (principal: Principal, request: Request): Answer => {
  const path = Result.try(() => decodeURIComponent(new URL(request.url).pathname.replace("/files/", "")))
  if (Result.isFailure(path)) return Effect.fail(refuse("INVALID_ARGUMENT", "The address is not well-formed"))
  for (const [method, pattern, handler] of handlers) {
    const found = method === request.method ? pattern.exec(path.success) : null
    if (found !== null) return handler(principal, request, found.slice(1))
  }
  return Effect.fail(notFound(`There is no ${request.method} /files/${path.success}`))
}

/** The files of a team as the public command line sends and reads them: those of deploys, and those below /data. */
export const add = (router: Router): void => {
  for (const method of ["GET", "POST", "PUT", "DELETE"]) {
    router.route(method, "/files/*", "ADMIN", (principal, c) =>
      Effect.catch(answered(principal, c.req.raw), (error) =>
        error instanceof Response ? Effect.succeed(error) : Effect.fail(error)
      )
    )
  }
}

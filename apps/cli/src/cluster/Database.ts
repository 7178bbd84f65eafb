import * as PgClient from "@effect/sql-pg/PgClient"
import { version } from "@ebb/text/Version"
import { Effect, Layer, Logger, Redacted, Schedule } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Argument from "../kit/Argument.ts"
import { CommandFailed } from "../kit/Errors.ts"
import { BadValue } from "../kit/Grammar.ts"
import { Output } from "../kit/Output.ts"
import { quote } from "../kit/Text.ts"

const urlOf = (word: string): string => {
  if (/^postgres(?:ql)?:\/\/./.test(word) && URL.canParse(word)) return word
  throw new BadValue(`must be the address of a PostgreSQL database, such as postgres://host/ebb, got ${quote(word)}`)
}

/** The option that names the database of a cluster. */
export const option = (help: string) => Argument.parsed("--cluster", urlOf, help, { metavar: "postgres://…" })

/** The address without what is secret in it: the password, and options that may hold one. */
export const shownOf = (url: string): string => {
  const { host, pathname, protocol, username } = new URL(url)
  return `${protocol}//${username === "" ? "" : `${username}@`}${host}${pathname}`
}

/** Whoever makes tables takes this lock first: PostgreSQL makes one table twice if two ask at a time. */
const tablesLock = 0x65_62_62

/** The tables that are ebb's own, and the version that this cluster is of. */
const prepare = Effect.gen(function* () {
  const sql = yield* SqlClient
  const make = Effect.gen(function* () {
    yield* sql`SELECT pg_advisory_xact_lock(${tablesLock})`
    yield* sql`CREATE TABLE IF NOT EXISTS ebb_cluster (one BOOLEAN PRIMARY KEY, version TEXT NOT NULL)`
    yield* sql`CREATE TABLE IF NOT EXISTS ebb_specs (hash TEXT PRIMARY KEY, spec TEXT NOT NULL)`
    yield* sql`INSERT INTO ebb_cluster (one, version) VALUES (true, ${version}) ON CONFLICT DO NOTHING`
    return yield* sql<{ readonly version: string }>`SELECT version FROM ebb_cluster`
  })
  const [row] = yield* sql.withTransaction(make)
  return row!.version
})

/** What is behind an error of the database, in a sentence. */
const reasonOf = (error: unknown): string => {
  if (typeof error !== "object" || error === null) return String(error)
  const { cause, message, reason } = error as { cause?: unknown; message?: string; reason?: unknown }
  for (const inner of [cause, reason]) if (typeof inner === "object" && inner !== null) return reasonOf(inner)
  return message ?? String(error)
}

const unreachable = (url: string) => (because: SqlError) =>
  new CommandFailed({
    text: `The database at ${shownOf(url)} cannot be used: ${reasonOf(because)}. Check the address given to --cluster`,
    because
  })

const lookEvery = "3 seconds"
const patience = "5 seconds"

/** Says when the database goes away and when it is back; the library waits for it without a word. */
const watched = (url: string) =>
  Effect.gen(function* () {
    const { note } = yield* Output
    const sql = yield* SqlClient
    let isThere = true
    const look = Effect.gen(function* () {
      const was = isThere
      isThere = yield* Effect.match(Effect.timeout(sql`SELECT 1`, patience), {
        onFailure: () => false,
        onSuccess: () => true
      })
      if (was && !isThere) yield* note(`The database at ${shownOf(url)} is away; waiting for it\n`)
      if (!was && isThere) yield* note("The database is back\n")
    })
    yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced(lookEvery)))
  })

/** The database of a cluster, once it is of this version. */
export const layer = (url: string): Layer.Layer<SqlClient, CommandFailed, Output> => {
  const client = PgClient.layer({ url: Redacted.make(url), applicationName: "ebb" })
  const checked = Layer.effectDiscard(
    Effect.flatMap(prepare, (theirs) =>
      theirs === version
        ? Effect.void
        : Effect.fail(
            new CommandFailed({
              text:
                `the cluster at ${shownOf(url)} runs ebb ${theirs}, and this is ebb ${version}: results could differ. ` +
                `Use ebb ${theirs} here, or give this one a database of its own`
            })
          )
    )
  )
  const quiet = Logger.layer([])
  const all = Layer.mergeAll(checked, Layer.effectDiscard(watched(url)), quiet)
  return Layer.provideMerge(all, client).pipe(
    Layer.catch((error) =>
      Layer.effectDiscard(Effect.fail(error instanceof CommandFailed ? error : unreachable(url)(error)))
    )
  ) as Layer.Layer<SqlClient, CommandFailed, Output>
}

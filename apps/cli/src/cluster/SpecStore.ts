import type { PlainSpec, RehearsalSpec } from "@ebb/sim/spec/Spec"
import * as Spec from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"

const encoded = (numbers: Float64Array): string =>
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString("base64")

const decoded = (text: string): Float64Array => {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"))
  return new Float64Array(bytes.buffer)
}

interface Written {
  readonly text: PlainSpec["text"]
  readonly columns: ReadonlyArray<{
    readonly wanted: string
    readonly timesMs: string
    readonly values: ReadonlyArray<readonly [name: string, numbers: string]>
  }>
}

const write = ({ columns, text }: PlainSpec): string =>
  JSON.stringify({
    text,
    columns: [...columns].map(([wanted, { timesMs, values }]) => ({
      wanted,
      timesMs: encoded(timesMs),
      values: [...values].map(([name, numbers]) => [name, encoded(numbers)])
    }))
  } satisfies Written)

const read = (json: string): RehearsalSpec => {
  const { columns, text } = JSON.parse(json) as Written
  return Spec.fromPlain({
    text,
    columns: new Map(
      columns.map(({ timesMs, values, wanted }) => [
        wanted,
        { timesMs: decoded(timesMs), values: new Map(values.map(([name, numbers]) => [name, decoded(numbers)])) }
      ])
    )
  })
}

/** Puts a spec where every worker finds it, with what its files gave. */
export const put = Effect.fnUntraced(function* (hash: string, spec: RehearsalSpec) {
  const sql = yield* SqlClient
  yield* sql`INSERT INTO ebb_specs (hash, spec) VALUES (${hash}, ${write(spec)}) ON CONFLICT DO NOTHING`
})

/** The spec with that hash. */
export const get = Effect.fnUntraced(function* (hash: string) {
  const sql = yield* SqlClient
  const [row] = yield* sql<{ readonly spec: string }>`SELECT spec FROM ebb_specs WHERE hash = ${hash}`
  return read(row!.spec)
})

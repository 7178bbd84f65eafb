import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import { basename } from "node:path"
import { InvalidInput } from "../../kit/Errors.ts"
import type * as OutputFiles from "../../kit/OutputFiles.ts"
import type { GitFiles } from "../../spec/GitFiles.ts"
import * as SpecFile from "../../spec/SpecFile.ts"

/** What names the spec to hold this one against; at most one of the two. */
export interface Choice {
  readonly against?: string
  readonly againstRef?: string
}

/** The spec that another is held against. */
export interface Other {
  readonly name: string
  /** The files on disk that it is read from; none for one of git. */
  readonly inputs: ReadonlyArray<OutputFiles.Input>
  readonly spec: RehearsalSpec
}

const refused = (lead: string, because: unknown): InvalidInput =>
  new InvalidInput({ text: `${lead}: ${because instanceof Error ? because.message : String(because)}`, because })

/** What git has is read from a folder of its own, where nobody writes. */
const inputsOf = (other: SpecFile.SpecText, overrides: ReadonlyArray<SpecFile.Override>) =>
  other.path === null ? [] : SpecFile.inputsOf(other, overrides, "the spec to compare with")

/** Reads the other spec to be run as this one is: modes, seeds and times of the run are this one's. */
const decode = Effect.fnUntraced(function* (
  other: SpecFile.SpecText,
  source: SpecFile.SpecText,
  spec: RehearsalSpec
): Effect.fn.Return<Other, InvalidInput> {
  const run = JSON.stringify(spec.text.run ?? {})
  const overrides = [{ assignment: `run=${run}`, typed: `${other.name}, run as here` }]
  const decoded = yield* SpecFile.decode(other, overrides)
  const [here, there] = [spec.app.name, decoded.app.name]
  if (here !== there) {
    return yield* new InvalidInput({
      text: `${other.name} is a spec of the app ${there}, and ${source.name} one of ${here}; hold two specs of one app against each other`
    })
  }
  const [currency, theirs] = [spec.prices.currency, decoded.prices.currency]
  if (currency !== theirs) {
    return yield* new InvalidInput({
      text: `${other.name} has its prices in ${theirs}, and ${source.name} in ${currency}; give both the same prices.currency`
    })
  }
  return { name: other.name, inputs: inputsOf(other, overrides), spec: decoded }
})

const atRef = Effect.fnUntraced(function* (
  ref: string,
  source: SpecFile.SpecText,
  spec: RehearsalSpec
): Effect.fn.Return<Other, InvalidInput> {
  const lead = `--against-ref ${ref}`
  const { folder, name, path } = source
  if (path === null) return yield* refused(lead, `${name} is no file; name a spec that git has`)
  // With it come Bun's child processes, which no other rehearsal is to load.
  const GitFiles = yield* Effect.promise(() => import("../../spec/GitFiles.ts"))
  const open = Effect.try({ try: () => GitFiles.at(folder, ref), catch: (because) => refused(lead, because) })
  const use = ({ locate, read }: GitFiles) =>
    Effect.flatMap(
      Effect.try({ try: () => read(basename(path)), catch: (because) => refused(lead, because) }),
      (text) =>
        decode({ ...source, name: `${name} at ${ref}`, file: `${ref}:${name}`, path: null, text, locate }, source, spec)
    )
  return yield* Effect.acquireUseRelease(open, use, ({ dispose }) => Effect.sync(dispose))
})

/** The spec that is named, read to be run as `spec` is; null where none is. */
export const read = Effect.fnUntraced(function* (
  { against, againstRef }: Choice,
  source: SpecFile.SpecText,
  spec: RehearsalSpec,
  cwd: string
) {
  if (againstRef !== undefined) return yield* atRef(againstRef, source, spec)
  if (against === undefined) return null
  return yield* decode(yield* SpecFile.locate({ spec: against }, cwd), source, spec)
})

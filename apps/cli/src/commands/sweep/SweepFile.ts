import type { RowFormat } from "@ebb/sim/sweep/Rows"
import { type Sheet, trialsOf } from "@ebb/sim/sweep/Sheet"
import { Effect } from "effect"
import { closeSync, ftruncateSync, openSync, readFileSync, statSync, writeSync } from "node:fs"
import { CommandFailed, InvalidInput } from "../../kit/Errors.ts"
import { reason } from "../../kit/Reason.ts"

/** Where the rows of a sweep go, line by line. */
export interface RowSink {
  readonly append: (lines: ReadonlyArray<string>) => Effect.Effect<void, CommandFailed>
}

/** Rows that nobody wants as a file. */
export const none: RowSink = { append: () => Effect.void }

/** What a file has of a sweep: the text to keep, and the lines that are to follow it first. */
interface Kept {
  readonly bytes: number
  readonly missing: ReadonlyArray<string>
}

const another = (shown: string, line: number): InvalidInput =>
  new InvalidInput({
    text: `${shown} has rows of something else from line ${line} on: another spec, seed, grid or version; name another file, or remove it`
  })

/** Takes the trials that a file has into the sheet; the beginning of one that follows the last whole one is done again. */
const take = (text: string, sheet: Sheet, format: RowFormat, shown: string): Kept | InvalidInput => {
  const { modes, varied } = sheet.sweep
  const total = trialsOf(sheet.sweep)
  const lines = text.split("\n")
  const last = lines.pop()!
  const header = format.header(varied)
  const first = header === null ? [] : [header]
  let at = 0
  let bytes = 0
  let missing: ReadonlyArray<string> = []
  const keep = (expected: ReadonlyArray<string>): boolean => {
    const there = lines.slice(at, at + expected.length)
    if (there.some((line, index) => line !== expected[index])) return false
    missing = expected.slice(there.length)
    for (const line of there) bytes += Buffer.byteLength(line) + 1
    at += there.length
    return true
  }
  if (!keep(first)) return another(shown, 1)
  while (missing.length === 0 && sheet.trials < total && at + modes.length <= lines.length) {
    const result = sheet.read(format, lines.slice(at, at + modes.length))
    if (result === null) return another(shown, at + 1)
    if (!keep(sheet.add(result).map((row) => format.line(varied, row)))) return another(shown, at + 1)
  }
  const isWhole = sheet.trials === total
  const rest = lines.slice(at)
  const goesOn =
    missing.length > 0
      ? missing[0]!.startsWith(last)
      : isWhole
        ? rest.length === 0 && last === ""
        : sheet.begins(format, rest, last)
  return goesOn ? { bytes, missing } : another(shown, at + 1)
}

const whyNot = (shown: string) => (because: unknown) =>
  new CommandFailed({ text: `${shown} was not written: ${reason(because)}`, because })

/** Opens the file of a sweep. One that has rows of it is gone on with: its trials are in the sheet, and what is half written goes. */
export const open = Effect.fnUntraced(function* (path: string, shown: string, format: RowFormat, sheet: Sheet) {
  const there = statSync(path, { throwIfNoEntry: false })
  const isFile = there?.isFile() ?? false
  const text = yield* Effect.try({ try: () => (isFile ? readFileSync(path, "utf8") : ""), catch: whyNot(shown) })
  const kept = take(text, sheet, format, shown)
  if (kept instanceof InvalidInput) return yield* kept
  const descriptor = yield* Effect.acquireRelease(
    Effect.try({ try: () => openSync(path, isFile ? "r+" : "a"), catch: whyNot(shown) }),
    (opened) => Effect.sync(() => closeSync(opened))
  )
  let position = kept.bytes
  const append = (lines: ReadonlyArray<string>): Effect.Effect<void, CommandFailed> =>
    Effect.try({
      try: () => {
        if (lines.length === 0) return
        const bytes = Buffer.from(`${lines.join("\n")}\n`)
        for (let from = 0; from < bytes.length;) {
          const written = writeSync(descriptor, bytes, from, bytes.length - from, isFile ? position : null)
          from += written
          position += written
        }
      },
      catch: whyNot(shown)
    })
  if (isFile) yield* Effect.try({ try: () => ftruncateSync(descriptor, kept.bytes), catch: whyNot(shown) })
  yield* append(kept.missing)
  return { append } satisfies RowSink
})

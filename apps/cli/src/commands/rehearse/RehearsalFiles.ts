import * as Journal from "@ebb/sim/experiment/Journal"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import * as Files from "../../kit/Files.ts"
import * as Json from "../../kit/Json.ts"
import * as OutputFiles from "../../kit/OutputFiles.ts"
import { Output } from "../../kit/Output.ts"
import * as SpecFile from "../../spec/SpecFile.ts"
import * as HtmlPages from "./HtmlPages.ts"
import type * as OtherSpec from "./OtherSpec.ts"
import * as RehearsalMarkdown from "./RehearsalMarkdown.ts"
import type { Rehearsed } from "./RehearsalText.ts"

const targets = ["journal", "out", "html", "play", "markdown"] as const

/** The files that a rehearsal is to be written to. */
export type Targets = { readonly [target in (typeof targets)[number]]?: string }

/** Whether all that is to be written can be, before anything runs; no file is to be written over another. */
export const check = Effect.fnUntraced(function* (
  words: Targets,
  inputs: ReadonlyArray<OutputFiles.Input>,
  other: OtherSpec.Other | null
) {
  const wanted = targets.flatMap((target) => {
    const file = words[target]
    return file === undefined ? [] : [{ option: `--${target}`, file }]
  })
  yield* OutputFiles.check(wanted, [...inputs, ...(other?.inputs ?? [])])
})

const writeJournal = Effect.fnUntraced(function* (file: string, spec: RehearsalSpec) {
  const { io, note } = yield* Output
  const [mode] = spec.run.modes
  if (mode === undefined) return
  yield* Files.write(Files.resolve(io.cwd, file), file, withLineEnds(Journal.write(spec, mode, spec.run.seed)))
  yield* note(`Journal of ${mode}, seed ${spec.run.seed}, written to ${file}\n`)
})

function* withLineEnds(lines: Iterable<string>): Iterable<string> {
  for (const line of lines) yield `${line}\n`
}

const writeText = Effect.fnUntraced(function* (what: string, file: string, text: Effect.Effect<string>) {
  const { io, note } = yield* Output
  yield* Files.write(Files.resolve(io.cwd, file), file, yield* text)
  yield* note(`${what} written to ${file}\n`)
})

/** Writes every file that is asked for. */
export const write = Effect.fnUntraced(function* (
  words: Targets,
  rehearsed: Rehearsed,
  source: SpecFile.SpecText,
  overrides: ReadonlyArray<SpecFile.Override>
) {
  const { html, journal, markdown, out, play } = words
  const { name, report, spec } = rehearsed
  // Put together for those who want it alone.
  const specText = () => SpecFile.edited(source, overrides)
  if (journal !== undefined) yield* writeJournal(journal, spec)
  if (out !== undefined) yield* writeText("Report", out, Effect.succeed(`${Json.stringify(report)}\n`))
  if (html !== undefined) yield* writeText("Page", html, HtmlPages.rehearsal(rehearsed, specText()))
  if (markdown !== undefined)
    yield* writeText("Markdown", markdown, Effect.succeed(RehearsalMarkdown.render(rehearsed)))
  if (play === undefined) return
  const page = HtmlPages.play({ name, specText: specText(), files: yield* SpecFile.filesOf(source, overrides) })
  yield* writeText("Page", play, page)
})

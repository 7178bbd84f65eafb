import { Effect } from "effect"
import { InvalidInput } from "./Errors.ts"
import * as Files from "./Files.ts"
import { Output } from "./Output.ts"

/** A file that a command is to write: the option that asks for it, and the name as typed. */
export interface Target {
  readonly option: string
  readonly file: string
}

/** A file that a command reads: its path, and what it is in a few words. */
export interface Input {
  readonly path: string
  readonly what: string
}

/** Whether all that is to be written can be, before anything runs: over nothing that is read, and each into a file of its own. */
export const check = Effect.fnUntraced(function* (targets: ReadonlyArray<Target>, inputs: ReadonlyArray<Input>) {
  const { cwd } = (yield* Output).io
  const taken = new Map<string, string>()
  for (const { path, what } of inputs.toReversed()) taken.set(Files.realPath(path), what)
  for (const { file, option } of targets) {
    if (file === "") return yield* new InvalidInput({ text: `${option} '' names no file` })
    const path = Files.resolve(cwd, file)
    yield* Files.checkWritable(path, `${option} ${file}`)
    const real = Files.realPath(path)
    const other = taken.get(real)
    if (other !== undefined) {
      return yield* new InvalidInput({ text: `${option} ${file} would write over ${other}; name another file` })
    }
    taken.set(real, `the file of ${option}`)
  }
})

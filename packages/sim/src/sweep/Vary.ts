import { Result } from "effect"
import { isSeq, parseDocument } from "yaml"

/** One value of a spec that takes several in turn. */
export interface Vary {
  readonly path: string
  /** As they were written, in YAML. */
  readonly values: ReadonlyArray<string>
}

const example = "must be PATH=VALUE,VALUE…, such as scaling.min_concurrency=2,4,8"

/** Reads `PATH=a,b,c`, the values in YAML, so that one may hold commas in brackets; else the sentence that says why not. */
export const parse = (text: string): Result.Result<Vary, string> => {
  const at = text.indexOf("=")
  if (at < 1) return Result.fail(example)
  const list = `[${text.slice(at + 1)}]`
  const document = parseDocument(list)
  if (document.errors.length > 0 || !isSeq(document.contents)) return Result.fail(example)
  const values = document.contents.items.map((item) => {
    const [from = 0, to = 0] = (item as { readonly range?: ReadonlyArray<number> }).range ?? []
    return list.slice(from, to).trim()
  })
  if (values.length === 0 || values.includes("")) return Result.fail(example)
  const twice = values.find((value, index) => values.indexOf(value) < index)
  return twice === undefined
    ? Result.succeed({ path: text.slice(0, at), values })
    : Result.fail(`gives ${twice} twice; leave one out`)
}

import type { Group, Leaf } from "./Command.ts"
import { debugOptions, noColorOption, type Option } from "./Grammar.ts"
import type { Page } from "./HelpFormatter.ts"
import * as Parser from "./Parser.ts"

/** What every level takes beside its own options. */
export const shared: ReadonlyArray<Option> = [...debugOptions, noColorOption]

const topOptions: ReadonlyArray<Option> = [Parser.versionOption, ...debugOptions, { ...noColorOption, hidden: false }]

/** The page of the level that those words lead to; `root` is the group of the whole program. */
export const of = (node: Leaf | Group, program: string, root: Group): Page => {
  if (node.kind === "leaf") return Parser.pageOf(program, node.grammar, shared)
  const grammar = { description: node.description, options: [], positionals: [] }
  return Parser.pageOf(program, grammar, node === root ? topOptions : shared, node.entries)
}

/** The page of the program and of all that is below it, in help order. */
export const all = (root: Group, program: string): Promise<ReadonlyArray<Page>> => {
  const below = async (node: Leaf | Group, words: string): Promise<ReadonlyArray<Page>> => {
    const pages = [of(node, words, root)]
    if (node.kind === "leaf") return pages
    for (const entry of node.entries) pages.push(...(await below(await entry.load(), `${words} ${entry.name}`)))
    return pages
  }
  return below(root, program)
}

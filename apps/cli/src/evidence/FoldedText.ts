import { wrap } from "@ebb/text/Wrap"
import type * as Terminal from "../kit/Terminal.ts"

/** Longer lines are hard to read, however wide the terminal is. */
const widthMost = 100

/** How wide text about evidence is. */
export const widthOf = ({ columns }: Pick<Terminal.Terminal, "columns">): number =>
  Math.min(columns ?? widthMost, widthMost)

/** The lines of an entry, all but the first further in. */
export const folded = (text: string, indent: string, width: number): ReadonlyArray<string> =>
  wrap(text, width - indent.length - 2).map((line, at) => `${indent}${at === 0 ? "" : "  "}${line}`)

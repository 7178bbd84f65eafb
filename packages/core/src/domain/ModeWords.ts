/** A way of rolling out, or of not doing so, by the one word that people read for it. */
export type ModeWord = "none" | "graceful" | "replace" | "force"

/** Every word that stands for a mode where ebb asks for one: those that it prints, and those of specs and of the API. */
const spellings: ReadonlyMap<string, ModeWord> = new Map([
  ["none", "none"],
  ["graceful", "graceful"],
  ["stop-first", "graceful"],
  ["replace", "replace"],
  ["replace-first", "replace"],
  ["force", "force"]
])

/** The mode that a word stands for, hyphens and underlines alike; null for none. */
export const parse = (word: string): ModeWord | null =>
  spellings.get(word.trim().toLowerCase().replaceAll(/[_ ]/g, "-")) ?? null

/** All words that {@link parse} knows, as they are printed. */
export const known: ReadonlyArray<string> = [...spellings.keys()]

/** The word for a rollout of which the API says whether it is forced, and in which order. */
export const of = ({ mode, order }: { readonly mode: string; readonly order: string | null }): ModeWord =>
  mode === "force" ? "force" : order === "replace_first" ? "replace" : "graceful"

/** The word as a POSIX shell takes it: quoted where it has to be. */
export const word = (text: string): string => {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  return /["$`\\!]/.test(text) ? `'${text.replaceAll("'", `'\\''`)}'` : `"${text}"`
}

/** A command to copy and run. */
export const command = (words: ReadonlyArray<string>): string => words.map(word).join(" ")

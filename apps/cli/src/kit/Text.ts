const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" }

/** The text between quotes as Python shows it, which is how the messages of the command line quote a word. */
export const quote = (text: string): string => {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  const body = text.replace(/[\\\n\r\t]/g, (char) => escapes[char] ?? char)
  return mark + (mark === "'" ? body.replaceAll("'", "\\'") : body) + mark
}

/** Control characters would move the cursor: they are shown, not sent. */
export const printable = (text: string): string =>
  text.replace(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`)

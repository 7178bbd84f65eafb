/** Blanks, but not the one between a number and its unit, nor those within a time of two units: `2 min 29 s`. */
const breaks = /(?<!\d (?:min|h))(?:(?<!\d)\s+|\s+(?!(?:ms|s|m|h|min|%)(?![\w])))|(?<=\d (?:min|h))\s+(?!\d)/

/** The text broken at blanks into lines of at most `width` characters; a longer word keeps its own line. */
export const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(breaks).filter((word) => word !== "")) {
    if (line === "") line = word
    else if (line.length + 1 + word.length <= width) line += ` ${word}`
    else {
      lines.push(line)
      line = word
    }
  }
  return line === "" ? lines : [...lines, line]
}

/** A vertical line in a picture, and the words that name it. */
export interface Mark {
  readonly x: number
  readonly text: string
}

/** Where the words stand: in which row above the picture, and on which side of their line. */
export interface Label extends Mark {
  readonly row: number
  readonly isLeft: boolean
}

/** A letter on a telephone, where the words are largest. */
const letterWidth = 12

const widthOf = ({ text }: Mark): number => text.length * letterWidth

/**
 * Each has a row of its own, in which its line begins, and all of them stand on the side to which the rows go down: a line crosses
 * only rows below its own, whose words are on its other side.
 */
export const place = (marks: ReadonlyArray<Mark>, right: number): ReadonlyArray<Label> => {
  const sorted = marks.toSorted((a, b) => a.x - b.x)
  const last = sorted.at(-1)
  if (last === undefined) return []
  const isLeft = last.x + widthOf(last) > right
  const inRows = isLeft ? sorted.toReversed() : sorted
  return inRows.map((mark, row) => {
    const own = row === 0 && !isLeft && mark.x + widthOf(mark) > right
    return { ...mark, row, isLeft: isLeft || own }
  })
}

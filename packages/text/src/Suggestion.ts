/**
 * The known word that was probably meant, null if none: at most a third of its letters differ (optimal string alignment:
 * a letter more, less, another, or two changed about), or it is the only one that begins so. Of two as near as each other, the
 * one with the same first letter.
 */
export const nearest = (word: string, known: ReadonlyArray<string>): string | null => {
  let best: string | null = null
  let least = Infinity
  for (const candidate of known) {
    const distance = editDistance(word, candidate)
    const rank = distance + (candidate[0] === word[0] ? 0 : 0.5)
    const allowed = Math.min(Math.max(1, Math.floor(candidate.length / 3)), candidate.length - 1)
    if (rank < least && distance <= allowed) {
      best = candidate
      least = rank
    }
  }
  return best ?? begun(word, known)
}

const leastLetters = 3

const begun = (word: string, known: ReadonlyArray<string>): string | null => {
  const found = word.length < leastLetters ? [] : known.filter((candidate) => candidate.startsWith(word))
  return found.length === 1 ? found[0]! : null
}

const editDistance = (a: string, b: string): number => {
  let before: ReadonlyArray<number> = []
  let row: ReadonlyArray<number> = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = isSwapped ? before[j - 2]! + 1 : Infinity
      next.push(Math.min(replaced, swapped, row[j]! + 1, next[j - 1]! + 1))
    }
    before = row
    row = next
  }
  return row[b.length]!
}

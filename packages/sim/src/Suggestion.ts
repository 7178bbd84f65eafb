/** The known word that was probably meant: at most a third of its letters differ (Levenshtein distance); null if none. */
export const nearest = (word: string, known: ReadonlyArray<string>): string | null => {
  let best: string | null = null
  let least = Infinity
  for (const candidate of known) {
    const distance = editDistance(word, candidate)
    if (distance < least && distance <= Math.max(1, Math.floor(candidate.length / 3))) {
      best = candidate
      least = distance
    }
  }
  return best
}

const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}

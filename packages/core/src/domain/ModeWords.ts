import { type RolloutMode, type Way, wayNames, ways } from "./RolloutWay.ts"

const hyphened = (word: string): string => word.replaceAll(/[_ ]/g, "-")

/** Every word that stands for a mode where ebb asks for one: those that it prints, and those of specs and of the API. */
const spellings: ReadonlyMap<string, RolloutMode> = new Map<string, RolloutMode>([
  ["none", "none"],
  ...wayNames.flatMap((way): ReadonlyArray<[string, RolloutMode]> => {
    const { order } = ways[way]
    return order === null
      ? [[way, way]]
      : [
          [way, way],
          [hyphened(order), way]
        ]
  })
])

/** The mode that a word stands for, hyphens and underlines alike; null for none. */
export const parse = (word: string): RolloutMode | null => spellings.get(hyphened(word.trim().toLowerCase())) ?? null

/** All words that {@link parse} knows, as they are printed. */
export const known: ReadonlyArray<string> = [...spellings.keys()]

/** How it was rolled: `graceful`, and `graceful, escalated by force` once a force took it over (platform rule 8.6). */
export const rolled = (way: Way, isEscalated: boolean): string => (isEscalated ? `${way}, escalated by force` : way)

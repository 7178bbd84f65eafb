import { Effect } from "effect"
import { inOrder, refusal } from "./Allowed.ts"
import { defaults, howToKnow } from "./Defaults.ts"
import type { Evidence } from "./Evidence.ts"
import type { Finding, Learnt, Missing } from "./Finding.ts"
import * as FromRequests from "./FromRequests.ts"

const assumed = (path: string, value: string): Finding => ({ path, value, from: "", n: 0, sure: "assumed", note: "" })

/** The first source that knows is asked; what was measured goes before a bound. */
const keep = (known: Map<string, Finding>, finding: Finding): void => {
  const there = known.get(finding.path)
  if (there === undefined || (there.sure === "coarse" && finding.sure === "measured")) known.set(finding.path, finding)
}

const seenIn = (evidence: ReadonlyArray<Evidence>) => evidence.find(({ requests }) => requests !== null)

/** Learns; other work may happen meanwhile, and it ends when it is told to. */
export const learnInTurns = Effect.fnUntraced(function* (evidence: ReadonlyArray<Evidence>) {
  const requests = seenIn(evidence)?.requests ?? null
  const search = requests === null ? [] : FromRequests.searchSlowing(requests)
  for (const _ of search) yield* Effect.sleep(0)
  const learnt = learn(evidence)
  yield* Effect.sleep(0)
  return learnt
})

/** Learns from sources: what several know, the first is asked for; what nobody knows keeps its default. */
export const learn = (evidence: ReadonlyArray<Evidence>): Learnt => {
  const requests = seenIn(evidence)?.requests ?? null
  const known = new Map<string, Finding>()
  const refused: Array<Missing> = []
  for (const each of evidence) {
    const own =
      each.requests === null || each.requests !== requests ? [] : FromRequests.findings(each.requests, each.source)
    for (const finding of [...each.findings, ...own]) {
      const problem = refusal(finding)
      if (problem === null) keep(known, finding)
      else refused.push(problem)
    }
  }
  refused.push(...inOrder(known))
  const findings = defaults.map(([path, value]) => known.get(path) ?? assumed(path, value))
  const others = [...known.values()].filter(({ path }) => !defaults.some(([each]) => each === path))
  const how = Object.entries(howToKnow)
    .filter(([path]) => !refused.some((each) => each.path === path))
    .map(([path, text]): Missing => ({ path, how: text }))
  const wanted = [
    ...refused,
    ...evidence.flatMap(({ missing }) => missing),
    ...(requests === null ? [] : FromRequests.missing(requests)),
    ...how
  ]
  return {
    findings: [...findings, ...others],
    missing: wanted.filter(({ path }) => known.get(path)?.sure !== "measured"),
    dropped: requests?.dropped ?? [],
    notes: [...evidence.flatMap(({ notes }) => notes), ...(requests === null ? [] : FromRequests.notes(requests))],
    files: requests === null ? [] : [{ name: FromRequests.requestsFile, lines: () => FromRequests.lines(requests) }]
  }
}

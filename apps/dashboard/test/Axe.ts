import axe from "axe-core"
import type { Page } from "playwright-core"

interface Violation {
  readonly id: string
  readonly impact: string
  readonly nodes: ReadonlyArray<{ readonly html: string; readonly failureSummary: string }>
}

/** What axe-core finds that keeps people from using the page: violations that are serious or critical, a line each. */
export const serious = async (page: Page): Promise<ReadonlyArray<string>> => {
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axe.source)
  // What is right is looked at as well, but not described: that takes as long as the looking.
  const run = 'axe.run(document, { resultTypes: ["violations"], selectors: false })'
  const { violations } = await page.evaluate<{ readonly violations: ReadonlyArray<Violation> }>(run)
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ failureSummary, html }) => `${id}: ${html}\n${failureSummary}`))
}

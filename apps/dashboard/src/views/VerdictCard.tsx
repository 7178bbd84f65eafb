import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import * as Verdict from "@ebb/sim/report/Verdict"
import { Copy } from "./Copy.tsx"
import { Prose } from "./Prose.tsx"

/** The name and environment of the app, from the spec that the report carries. */
const appOf = ({ spec }: RehearsalReport): Verdict.App => {
  const app = typeof spec === "object" && spec !== null && "app" in spec ? spec.app : null
  const text = (key: string, otherwise: string): string => {
    const value: unknown =
      typeof app === "object" && app !== null ? Object.entries(app).find(([name]) => name === key)?.[1] : null
    return typeof value === "string" ? value : otherwise
  }
  return { name: text("name", "app"), env: text("env", "main") }
}

/** What the rehearsal comes to: what to do and why, and the command that does it. */
export const VerdictCard = ({ report }: { readonly report: RehearsalReport }) => {
  const { command, headline, reasons } = Verdict.of(report, appOf(report))
  if (headline === null) return null
  return (
    <section class="card advice" aria-labelledby="advice">
      <h2 id="advice">
        <Prose text={headline} />
      </h2>
      <ul>
        {reasons.map((reason) => (
          <li key={reason}>
            <Prose text={reason} />
          </li>
        ))}
      </ul>
      {command === null ? null : (
        <p class="advised">
          <code>{command}</code> <Copy label="Copy" text={command} />
        </p>
      )}
    </section>
  )
}

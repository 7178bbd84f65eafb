import * as CostText from "@ebb/plan/scaling/CostText"
import type { Priced, Scaling } from "@ebb/plan/scaling/Scaling"
import { isKept } from "@ebb/plan/scaling/Verdict"
import * as SettingsText from "@ebb/plan/scaling/SettingsText"

/** How much of what must hold does. */
const held = ({ slos }: Priced): string => {
  if (slos.every(({ holds }) => holds)) return "all"
  if (slos.some(({ verdict }) => verdict === "broken")) return "not all"
  return slos.every(({ verdict }) => isKept(verdict)) ? "not proven" : "not known"
}

/** What was chosen, beside what came near and today's. */
export const Scalings = ({ scaling }: { readonly scaling: Scaling }) => {
  const rows = (
    [
      ["chosen", scaling.chosen],
      ["nearest miss", scaling.nearestMiss],
      ["runner-up", scaling.runnerUp],
      ["today", scaling.today]
    ] as const
  ).flatMap(([label, priced]) => (priced === null ? [] : [{ label, priced }]))
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label="Scalings">
      <table class="numbers lined">
        <thead>
          <tr>
            <th scope="row">scaling</th>
            <th scope="col">cost an hour</th>
            <th scope="col">holds</th>
            <th scope="col" class="words">
              settings
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ label, priced }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{CostText.of(scaling.costUnit, priced.costPerHour)}</td>
              <td>{held(priced)}</td>
              <td class="words">{SettingsText.of(priced.settings)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

import type { Priced, Scaling } from "@ebb/plan/scaling/Scaling"
import * as SettingsText from "@ebb/plan/scaling/SettingsText"
import * as Format from "@ebb/text/Format"

/** What was chosen, beside what came near and today's. */
export const Scalings = ({ currency, scaling }: { readonly currency: string | null; readonly scaling: Scaling }) => {
  const cost = (value: Priced["costPerHour"]): string =>
    currency === null ? `${Format.count(value)} GPU s` : Format.moneyOf(value, currency)
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
              <td>{cost(priced.costPerHour)}</td>
              <td>{priced.slos.every(({ holds }) => holds) ? "all" : "not all"}</td>
              <td class="words">{SettingsText.of(priced.settings)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

import * as ModeRows from "@ebb/sim/report/ModeRows"
import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import { meaningOf } from "./Modes.ts"

interface Props {
  readonly report: RehearsalReport
  /** The mode that is advised; its column stands out. */
  readonly advised: string | null
}

const depthOf = (label: string): number => (label.length - label.trimStart().length) / 2

/** Every measure as a row, a column a mode: the same words and numbers as in the terminal. */
export const Measures = ({ advised, report }: Props) => {
  const { modes } = report
  return (
    <section class="card" aria-labelledby="measures">
      <h2 id="measures">Side by side</h2>
      <div class="scroll" role="region" tabIndex={0} aria-labelledby="measures">
        <table class="measures">
          <thead>
            <tr>
              <th scope="col">
                <span class="hidden">measure</span>
              </th>
              {modes.map(({ mode }) => (
                <th key={mode} scope="col" class={`mode-${mode}${mode === advised ? " advised" : ""}`}>
                  <span class="mode-name">{mode}</span>
                  <span class="meaning">{mode === advised ? "advised" : meaningOf(mode)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ModeRows.rows(modes).map(({ cells, label }, row) => (
              <tr key={row} class={`depth-${depthOf(label)}`}>
                <th scope="row">{label.trim()}</th>
                {cells.map((cell, at) => (
                  <td key={at} class={modes[at]?.mode === advised ? "advised" : ""}>
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {ModeRows.notes(report).map((note) => (
        <p key={note}>{note}</p>
      ))}
    </section>
  )
}

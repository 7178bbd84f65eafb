import type { Comparison } from "@ebb/sim/compare/Comparison"
import * as ComparisonRows from "@ebb/sim/compare/ComparisonRows"
import * as ComparisonVerdict from "@ebb/sim/compare/ComparisonVerdict"
import { Prose } from "./Prose.tsx"
import { UnbrokenInterval } from "./UnbrokenInterval.tsx"

const Mode = ({ difference, mode, rows }: ComparisonRows.ModeRows) => (
  <tbody>
    <tr>
      <th scope="rowgroup" class={`mode-${mode}`}>
        <span class="mode-name">{mode}</span>
      </th>
      <td colSpan={3}>{difference}</td>
    </tr>
    {rows.map((row) => (
      <tr key={row.label} class="depth-1">
        <th scope="row">{row.label}</th>
        <td>
          <UnbrokenInterval text={row.here} />
        </td>
        <td>
          <UnbrokenInterval text={row.there} />
        </td>
        <td class={row.isDifferent ? "advised" : ""}>
          <UnbrokenInterval text={row.difference} />
        </td>
      </tr>
    ))}
  </tbody>
)

const Table = ({
  label,
  modes
}: {
  readonly label: string
  readonly modes: ReadonlyArray<ComparisonRows.ModeRows>
}) => (
  <div class="scroll" role="region" tabIndex={0} aria-label={label}>
    <table class="measures against">
      <thead>
        <tr>
          <th scope="col">
            <span class="hidden">measure</span>
          </th>
          <th scope="col">here</th>
          <th scope="col">there</th>
          <th scope="col">difference</th>
        </tr>
      </thead>
      {modes.map((mode) => (
        <Mode key={mode.mode} {...mode} />
      ))}
    </table>
  </div>
)

/** This spec held against another: what it comes to, what differs, and every measure on request. */
export const Against = ({ comparison }: { readonly comparison: Comparison }) => (
  <section class="card advice" aria-labelledby="against">
    <h2 id="against">Against {comparison.other}</h2>
    <p class="answer">
      <Prose text={ComparisonVerdict.of(comparison).text} />
    </p>
    <Table label="What differs" modes={ComparisonRows.short(comparison)} />
    <details>
      <summary>Every measure, here and there</summary>
      <Table label="Every measure, here and there" modes={ComparisonRows.full(comparison)} />
    </details>
    <p class="quiet small">{ComparisonRows.legend}</p>
  </section>
)

import type * as Way from "@ebb/plan/way/Way"
import * as WayRows from "@ebb/plan/way/WayRows"

interface TableProps {
  /** What a line is about. */
  readonly of: string
  readonly label: string
  readonly heads: ReadonlyArray<string>
  readonly rows: ReadonlyArray<WayRows.Row>
}

const Table = ({ heads, label, of, rows }: TableProps) => (
  <div class="scroll" role="region" tabIndex={0} aria-label={label}>
    <table class="numbers lined">
      <thead>
        <tr>
          <th scope="row">{of}</th>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ cells, isAdvised, label: name }) => (
          <tr key={name} class={isAdvised ? "advised" : ""}>
            <th scope="row">
              {name} {isAdvised ? <span class="badge">advised</span> : null}
            </th>
            {cells.map((cell, at) => (
              <td key={heads[at]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

/** The ways side by side, and what waiting saves and costs. */
export const Ways = ({ currency, way }: { readonly currency: string; readonly way: ReturnType<typeof Way.json> }) => (
  <>
    <Table of="way" label="Ways of rolling out" heads={WayRows.waysHeads} rows={WayRows.ways(way)} />
    <h3>A graceful rollout, forced after a while</h3>
    <Table
      of="forced after"
      label="A graceful rollout, forced after a while"
      heads={WayRows.escalationHeads(way.escalation)}
      rows={WayRows.escalations(way.escalation, currency)}
    />
  </>
)

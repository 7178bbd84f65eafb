import "uplot/dist/uPlot.min.css"
import "../theme/theme.css"
import "../theme/views.css"
import "../theme/fates.css"
import "../theme/forms.css"
import "../theme/lanes.css"
import "../theme/print.css"
import { render } from "preact"
import { rolled } from "@ebb/core/domain/ModeWords"
import { Drains } from "@ebb/protocol/live/Drains"
import { RolloutTimes } from "../live/RolloutTimes.tsx"
import { Series } from "@ebb/protocol/live/Series"
import type { Around, RolloutPage } from "../PageData.ts"
import { Copy } from "../views/Copy.tsx"
import { meaningOf } from "../views/Modes.ts"
import * as RolloutRows from "../views/RolloutRows.ts"
import { RolloutView } from "../views/RolloutView.tsx"
import { save } from "../views/Save.ts"
import * as Theme from "../views/Theme.ts"
import { ThemeChoice } from "../views/ThemeChoice.tsx"
import * as EmbeddedData from "./EmbeddedData.ts"

/** The timelines of the report, of what the sandbox remembered when it was written. */
const Times = ({ around: { history, speed, summary }, rollout }: RolloutPage & { readonly around: Around }) => {
  const series = new Series()
  series.prepend(history)
  const drains = new Drains()
  drains.takeReport(summary, rollout, speed)
  const nowMs = history.atMs.at(-1) ?? 0
  return <RolloutTimes summary={summary} report={rollout} series={series} drains={drains} speed={speed} nowMs={nowMs} />
}

const Rollout = (page: RolloutPage) => {
  const { around, command, gracePeriodMs, rollout, version } = page
  const mode = rollout.mode
  return (
    <main>
      <header>
        <ThemeChoice />
        <p class="brand">ebb rollout</p>
        <h1>
          {rollout.id} of {rollout.app}
        </h1>
        <p class={`mode-${mode}`}>
          <span class="mode-name">{rolled(mode, rollout.escalatedAtMs !== undefined)}</span>{" "}
          <span class="quiet">{meaningOf(mode)}</span>
        </p>
        <p>{RolloutRows.summary(rollout)}</p>
      </header>
      <RolloutView rollout={rollout} gracePeriodMs={gracePeriodMs} />
      {around === null ? null : <Times {...page} around={around} />}
      <section class="card" aria-labelledby="again">
        <h2 id="again">The same in a terminal</h2>
        <p class="command">
          <code>{command}</code> <Copy label="Copy command" text={command} />
        </p>
        <p class="actions">
          <button
            type="button"
            onClick={() => save(`${rollout.id}.json`, "application/json", `${JSON.stringify(rollout)}\n`)}
          >
            Save the numbers as JSON
          </button>
        </p>
      </section>
      <footer class="quiet small">
        <p>Written by ebb {version}.</p>
      </footer>
    </main>
  )
}

Theme.start()
render(<Rollout {...EmbeddedData.read<RolloutPage>()} />, document.getElementById("app")!)

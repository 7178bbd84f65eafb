import "../theme/theme.css"
import "../theme/views.css"
import "../theme/print.css"
import { render } from "preact"
import type { RolloutPage } from "../PageData.ts"
import { Copy } from "../views/Copy.tsx"
import { meanings } from "../views/Modes.ts"
import * as RolloutRows from "../views/RolloutRows.ts"
import { RolloutView } from "../views/RolloutView.tsx"
import { save } from "../views/Save.ts"
import * as Data from "./Data.ts"

const Rollout = ({ command, gracePeriodMs, rollout, version }: RolloutPage) => {
  const mode = RolloutRows.modeOf(rollout)
  return (
    <main>
      <header>
        <p class="brand">ebb rollout</p>
        <h1>
          {rollout.id} of {rollout.app}
        </h1>
        <p class={`mode-${mode}`}>
          <span class="mode-name">{mode}</span> <span class="quiet">{meanings[mode]}</span>
        </p>
        <p>{RolloutRows.summary(rollout)}</p>
      </header>
      <RolloutView rollout={rollout} gracePeriodMs={gracePeriodMs} />
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

render(<Rollout {...Data.read<RolloutPage>()} />, document.getElementById("app")!)

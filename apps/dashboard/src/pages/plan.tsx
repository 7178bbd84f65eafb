import "../theme/theme.css"
import "../theme/views.css"
import "../theme/fates.css"
import "../theme/forms.css"
import "../theme/plan.css"
import "../theme/print.css"
import { render } from "preact"
import type { PlanPage } from "../PageData.ts"
import { DayStrip } from "../plan/DayStrip.tsx"
import { GraceCurve, Periods } from "../plan/GraceCurve.tsx"
import { Scalings } from "../plan/Scalings.tsx"
import { Ways } from "../plan/Ways.tsx"
import { Copy } from "../views/Copy.tsx"
import { Prose } from "../views/Prose.tsx"
import { save } from "../views/Save.ts"
import * as Theme from "../views/Theme.ts"
import { ThemeChoice } from "../views/ThemeChoice.tsx"
import * as EmbeddedData from "./EmbeddedData.ts"

/** The curve, strip or table behind the answer of a part. */
const Behind = ({ name, page }: { readonly name: string; readonly page: PlanPage }) => {
  const { grace, scaling, way, when } = page.results
  if (name === "grace" && grace !== undefined && grace !== null) {
    return (
      <>
        <GraceCurve grace={grace} />
        <Periods grace={grace} />
      </>
    )
  }
  if (name === "way" && way !== undefined && way !== null) return <Ways currency={page.currency} way={way} />
  if (name === "when" && when !== undefined && when !== null) return <DayStrip when={when} />
  if (name === "scaling" && scaling !== undefined && scaling !== null) return <Scalings scaling={scaling} />
  return null
}

const Part = ({ page, part }: { readonly page: PlanPage; readonly part: PlanPage["parts"][number] }) => {
  const reasons = part.said.filter(({ kind }) => kind === "reason")
  return (
    <section class="card plan-part" aria-labelledby={part.name}>
      <h2 id={part.name}>{part.title}</h2>
      {part.said
        .filter(({ kind }) => kind !== "reason")
        .map(({ kind, text }) => (
          <p key={text} class={kind}>
            <Prose text={text} />
          </p>
        ))}
      {reasons.length === 0 ? null : (
        <ul>
          {reasons.map(({ text }) => (
            <li key={text}>
              <Prose text={text} />
            </li>
          ))}
        </ul>
      )}
      <Behind name={part.name} page={page} />
    </section>
  )
}

const Plan = ({ page }: { readonly page: PlanPage }) => (
  <main>
    <header>
      <ThemeChoice />
      <p class="brand">ebb plan</p>
      <h1>{page.name}</h1>
    </header>
    {page.never === null ? null : (
      <section class="card warnings" aria-label="What never finishes">
        <p>
          <Prose text={page.never} />
        </p>
      </section>
    )}
    {page.parts.map((part) => (
      <Part key={part.name} page={page} part={part} />
    ))}
    <section class="card" aria-labelledby="spec">
      <h2 id="spec">The spec</h2>
      <div class="scroll" role="region" tabIndex={0} aria-label="The spec">
        <pre>{page.specText}</pre>
      </div>
      <p class="actions">
        <Copy label="Copy spec" text={page.specText} />
        <button
          type="button"
          onClick={() => save("plan.json", "application/json", `${JSON.stringify(page.results)}\n`)}
        >
          Save the numbers as JSON
        </button>
      </p>
    </section>
    <footer class="quiet small">
      <p>
        Virtual time, simulated by ebb {page.version}. A number is the mean over the seeds, ± half the width of its 95 %
        interval.
      </p>
    </footer>
  </main>
)

Theme.start()
render(<Plan page={EmbeddedData.read<PlanPage>()} />, document.getElementById("app")!)

import "uplot/dist/uPlot.min.css"
import "../theme/theme.css"
import "../theme/views.css"
import "../theme/fates.css"
import "../theme/film.css"
import "../theme/forms.css"
import "../theme/print.css"
import * as Format from "@ebb/text/Format"
import { render } from "preact"
import type { RehearsalPage } from "../PageData.ts"
import { FilmCard } from "../film/FilmCard.tsx"
import { Comparison } from "../views/Comparison.tsx"
import { Copy } from "../views/Copy.tsx"
import { save } from "../views/Save.ts"
import * as Theme from "../views/Theme.ts"
import { ThemeChoice } from "../views/ThemeChoice.tsx"
import * as EmbeddedData from "./EmbeddedData.ts"

const plural = (count: number, one: string): string => `${Format.integer(count)} ${one}${count === 1 ? "" : "s"}`

const subtitle = ({ elapsedMs, moments, report, requests }: RehearsalPage): string =>
  [
    `${Format.span(moments.forMs)} of traffic`,
    moments.atMs === null ? "no rollout" : `rollout at ${Format.span(moments.atMs)}`,
    `${plural(report.modes.length, "mode")} × ${plural(report.seeds, "seed")}`,
    `${Format.many(requests)} requests in ${Format.duration(elapsedMs)}`
  ].join(" · ")

const Again = ({ command, report, specText }: RehearsalPage) => (
  <section class="card" aria-labelledby="again">
    <h2 id="again">Do it again</h2>
    <p class="command">
      <code>{command}</code> <Copy label="Copy command" text={command} />
    </p>
    <h3>The spec</h3>
    <div class="scroll" role="region" tabIndex={0} aria-label="The spec">
      <pre>{specText}</pre>
    </div>
    <p class="actions">
      <Copy label="Copy spec" text={specText} />
      <button type="button" onClick={() => save("rehearsal.json", "application/json", `${JSON.stringify(report)}\n`)}>
        Save the numbers as JSON
      </button>
    </p>
  </section>
)

const Report = (page: RehearsalPage) => (
  <main>
    <header>
      <ThemeChoice />
      <p class="brand">ebb rehearsal</p>
      <h1>{page.name}</h1>
      <p class="quiet">{subtitle(page)}</p>
    </header>
    <Comparison
      report={page.report}
      moments={page.moments}
      drains={page.drains}
      gracePeriodMs={page.gracePeriodMs}
      firstSeed={page.firstSeed}
    >
      {page.films.length === 0 ? null : <FilmCard films={page.films} />}
    </Comparison>
    <Again {...page} />
    <footer class="quiet small">
      <p>
        Virtual time, simulated by ebb {page.version}. A number is the mean over the seeds, ± half the width of its 95 %
        interval.
      </p>
    </footer>
  </main>
)

const page = EmbeddedData.read<RehearsalPage>()
Theme.start()
render(<Report {...page} />, document.getElementById("app")!)

import "uplot/dist/uPlot.min.css"
import "../theme/theme.css"
import "../theme/views.css"
import "../theme/fates.css"
import "../theme/film.css"
import "../theme/forms.css"
import "../theme/play.css"
import "../theme/print.css"
import { render } from "preact"
import { codeId } from "../Page.ts"
import type { PlayPage } from "../PageData.ts"
import { Play } from "../play/Play.tsx"
import * as Theme from "../views/Theme.ts"
import * as Worker from "../play/Worker.ts"
import * as EmbeddedData from "./EmbeddedData.ts"

/** A page from a file may start no worker from another file: the worker runs this very script. */
const workers = (): (() => globalThis.Worker) => {
  const code = document.getElementById(codeId)?.textContent ?? ""
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }))
  return () => new globalThis.Worker(url)
}

if (typeof document === "undefined") Worker.serve()
else {
  Theme.start()
  render(<Play page={EmbeddedData.read<PlayPage>()} startWorker={workers()} />, document.getElementById("app")!)
}

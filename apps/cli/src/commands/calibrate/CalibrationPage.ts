import type { Calibration } from "@ebb/evidence/calibrate/Calibration"
import * as CalibrationText from "./CalibrationText.ts"

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }
const escaped = (text: string): string => text.replaceAll(/[&<>"]/gu, (char) => entities[char]!)

const style = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color-scheme: light dark }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { border-bottom: 1px solid #8886; padding: 0.3rem 0.6rem; text-align: right }
th:first-child, td:first-child, th:last-child, td:last-child { text-align: left }
.outside td:last-child { font-weight: bold }
`

const list = (lines: ReadonlyArray<string>): string =>
  `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join("")}</ul>`

/** A calibration as a page that needs no network. */
export const render = (calibration: Calibration, name: string): string => {
  const title = escaped(`${name}: what was seen beside what was predicted`)
  const head = CalibrationText.headers.map((header) => `<th scope="col">${escaped(header)}</th>`).join("")
  const rows = calibration.measures.map((measure) => {
    const cells = CalibrationText.cells(measure)
      .map((cell) => `<td>${escaped(cell)}</td>`)
      .join("")
    return `<tr class="${measure.inside ? "inside" : "outside"}">${cells}</tr>`
  })
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>${style}</style></head><body><main><h1>${title}</h1>
${CalibrationText.lead(calibration)
  .map((line) => `<p>${escaped(line)}</p>`)
  .join("\n")}
<table><thead><tr>${head}</tr></thead><tbody>${rows.join("\n")}</tbody></table>
${list(CalibrationText.basis(calibration))}
<h2>Not checked</h2>
${list(calibration.unchecked.map(({ measure, why }) => `${measure}: ${why}`))}
</main></body></html>
`
}

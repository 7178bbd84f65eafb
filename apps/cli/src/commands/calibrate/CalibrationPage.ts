import type { Calibration } from "@ebb/evidence/calibrate/Calibration"
import * as CalibrationText from "./CalibrationText.ts"

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }
const escaped = (text: string): string => text.replaceAll(/[&<>"]/gu, (char) => entities[char]!)

const style = `
:root { color-scheme: light dark }
* { box-sizing: border-box }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 64rem; padding: 20px; overflow-wrap: anywhere }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 12px }
h2 { font-size: 1.1rem; margin: 24px 0 8px }
.scroll { overflow-x: auto; margin: 16px 0 }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; white-space: nowrap }
th, td { border-bottom: 1px solid #8886; padding: 5px 10px; text-align: right }
th[scope="row"] { font-weight: normal }
th:first-child, th:last-child, td:last-child { text-align: left }
.outside td:last-child { font-weight: bold }
@media print { .scroll { overflow: visible } }
`

const list = (lines: ReadonlyArray<string>): string =>
  `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join("")}</ul>`

/** A heading with a list; nothing where there is nothing to list. */
const section = (title: string, lines: ReadonlyArray<string>): string =>
  lines.length === 0 ? "" : `<h2>${title}</h2>\n${list(lines)}`

const unchecked = ({ measure, why }: Calibration["unchecked"][number]): string => `${measure}: ${why}`

/** A calibration as a page that needs no network. */
export const render = (calibration: Calibration, name: string): string => {
  const title = escaped(`${name}: what was seen beside what was predicted`)
  const head = CalibrationText.headers.map((header) => `<th scope="col">${escaped(header)}</th>`).join("")
  const rows = calibration.measures.map((measure) => {
    const [name = "", ...cells] = CalibrationText.cells(measure).map(escaped)
    const numbers = cells.map((cell) => `<td>${cell}</td>`).join("")
    return `<tr class="${measure.inside ? "inside" : "outside"}"><th scope="row">${name}</th>${numbers}</tr>`
  })
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
<style>${style}</style></head><body><main><h1>${title}</h1>
${CalibrationText.lead(calibration)
  .map((line) => `<p>${escaped(line)}</p>`)
  .join("\n")}
<div class="scroll" role="region" tabindex="0" aria-label="Each measure, seen and predicted">
<table><thead><tr>${head}</tr></thead><tbody>${rows.join("\n")}</tbody></table>
</div>
${section("What the prediction rests on", CalibrationText.basis(calibration))}
${section("Not checked", calibration.unchecked.map(unchecked))}
</main></body></html>
`
}

import type { Bundle } from "./Bundle.ts"

/** A page before it is written: its title, what it shows and what shows it. */
export interface Page {
  readonly title: string
  readonly data: unknown
  readonly bundle: Bundle
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }

const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (char) => escapes[char] ?? char)

/** JSON in which no text can end the element that holds it. */
const embeddedJson = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c")

/** Script text in which nothing can end the element that holds it. */
const embeddedScript = (script: string): string =>
  script.replace(/<(\/script|!--)/gi, (_, rest: string) => `\\x3C${rest}`)

/** Nothing may be fetched from anywhere: the browser refuses it. */
const policy =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; worker-src blob:; " +
  "base-uri 'none'; form-action 'none'"

/** The id of the element with the page's data as JSON. */
export const dataId = "data"

/** The id of the element with the page's script: a page may start its worker from the same text. */
export const codeId = "code"

/** One HTML file that needs no other. */
export const render = ({ bundle, data, title }: Page): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${bundle.style.replaceAll("</style", "<\\/style")}</style>
</head>
<body>
<div id="app"></div>
<noscript><p>This page draws its numbers with JavaScript, all of which is in this file.</p></noscript>
<script type="application/json" id="${dataId}">${embeddedJson(data)}</script>
<script id="${codeId}">${embeddedScript(bundle.script)}</script>
</body>
</html>
`

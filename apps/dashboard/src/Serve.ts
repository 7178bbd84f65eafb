import * as Presets from "@ebb/sim/spec/Presets"
import { version } from "@ebb/text/Version"
import * as Assets from "./Assets.ts"
import type { Bundle } from "./Bundle.ts"
import * as PlayFile from "./PlayFile.ts"

/** Everything comes from the sandbox itself; no other page may frame this one. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%231d63c9' " +
  "d='M1 5c3-4 5 2 8 0s4-2 6 0v2c-3-2-4 2-7 1S4 6 1 7zm0 5c3-4 5 2 8 0s4-2 6 0v2c-3-2-4 2-7 1s-4-2-7-1z'/%3E%3C/svg%3E"

const shell = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>ebb</title>
<link rel="icon" href="${icon}">
<link rel="stylesheet" href="/assets/live.css">
</head>
<body>
<div id="app"></div>
<noscript><p>This page shows a sandbox live, with JavaScript that comes from the sandbox itself.</p></noscript>
<script src="/assets/live.js"></script>
</body>
</html>
`

const answer = (text: string, type: string, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(text, {
    headers: {
      "content-type": `${type}; charset=utf-8`,
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      ...headers
    }
  })

let bundle: Promise<Bundle> | null = null
let play: Promise<string> | null = null

const playPage = (): Promise<string> =>
  PlayFile.render({ version, name: "llm", specText: Presets.presets.llm, files: {}, home: "/" })

const files: Readonly<Record<string, () => Promise<Response>>> = {
  "/": async () => answer(shell, "text/html", { "content-security-policy": policy }),
  "/assets/live.js": async () => answer((await (bundle ??= Assets.load("live"))).script, "text/javascript"),
  "/assets/live.css": async () => answer((await (bundle ??= Assets.load("live"))).style, "text/css"),
  // Its own policy stands in it: the page is one file that runs anywhere.
  "/play": async () =>
    answer(await (play ??= playPage()), "text/html", { "content-security-policy": "frame-ancestors 'none'" })
}

/** What is served at a path of the sandbox; null where there is nothing. Needs no credentials and shows no data. */
export const page = (path: string): Promise<Response> | null => files[path]?.() ?? null

// Writes the picture at the top of README.md, docs/screenshots/rollout.webp or the file that is named: a film of three ways to
// roll out, taken of the page of a rehearsal a frame at a time.
import { rmSync } from "node:fs"
import { join } from "node:path"
import type { Page } from "playwright-core"
import sharp from "sharp"
import * as Chromium from "../test/Browser.ts"
import * as Ebb from "../test/Ebb.ts"

const framesPerSecond = 7
const frameMs = Math.round(1000 / framesPerSecond)
/** The film is shown this often as fast as it was, from shortly before the rollout on. */
const speed = 5
const beforeMs = 4000
const lastsMs = 16_500
/** The last frame stands for a while before it all begins again. */
const restMs = 2500
const width = 840

/** Only what moves, and the moment. */
const style = `
  main > :not(.film), .film > h2, .film-controls > :not(output), .film > p, .skip { display: none }
  main { padding: 0; max-width: none }
  .card.film { margin: 0; border: 0; border-radius: 0; padding: 10px 14px 4px }
  .film-stage canvas { height: 236px }
  .film-controls { margin: 0 0 4px }
  .film-controls output { font-size: 15px; font-weight: 600; color: var(--text) }
`

/** Raw pixels of every frame, one below the other. */
const pixels = async (frames: ReadonlyArray<Buffer>) => {
  const all = await Promise.all(
    frames.map((png) => sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true }))
  )
  const { height, width: wide } = all[0]!.info
  return { data: Buffer.concat(all.map(({ data }) => data)), height, width: wide }
}

const take = async (page: Page): Promise<ReadonlyArray<Buffer>> => {
  await page.addStyleTag({ content: style })
  const { fromMs, rolloutAtMs } = (
    await page.evaluate<{ readonly films: ReadonlyArray<{ readonly fromMs: number; readonly rolloutAtMs: number }> }>(
      "JSON.parse(document.getElementById('data').textContent)"
    )
  ).films[0]!
  await page.evaluate(`document.querySelector(".film-controls button").click()`)
  await page.clock.runFor(Math.max(0, rolloutAtMs - fromMs - beforeMs) / speed)
  const frames: Array<Buffer> = []
  for (let atMs = 0; atMs < lastsMs; atMs += frameMs) {
    await page.clock.runFor(frameMs)
    frames.push(await page.locator(".film").screenshot({ type: "png" }))
  }
  return frames
}

if (!Chromium.isThere) process.exit(1)
const file = process.argv[2] ?? join(import.meta.dirname, "../../../docs/screenshots/rollout.webp")
const folder = Ebb.folder()
const report = join(folder, "report.html")
Ebb.run(folder, ["rehearse", "--preset", "llm", "--seeds", "2", "--html", report])
const browser = await Chromium.launch()
const page = await browser.newPage({ viewport: { width, height: 600 } })
await page.clock.install()
await page.goto(`file://${report}`)
await page.clock.pauseAt(Date.now() + 60_000)
const { data, height, width: wide } = await pixels(await take(page))
const count = data.length / (height * wide * 3)
const picture = sharp(data, { raw: { width: wide, height: height * count, channels: 3, pageHeight: height } })
const delay = Array.from({ length: count }, (_, at) => (at === count - 1 ? restMs : frameMs))
const { size } = await picture.webp({ nearLossless: true, quality: 10, effort: 6, loop: 0, delay }).toFile(file)
process.stdout.write(`${file}: ${count} frames, ${Math.round(size / 1000)} kB\n`)
await browser.close()
rmSync(folder, { recursive: true })
process.exit(0)

import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Page } from "playwright-core"
import type { View } from "../test/Browser.ts"

/** Beyond that a picture shows no more of a page. */
const heightMax = 1300
/** A picture that is larger than this is taken again, less fine. */
const bytesMax = 36_000
const qualities = [72, 55, 40, 28, 20]

/** One look a view is kept in the repository; `--every-look` takes light and dark at three widths. */
export const looks: ReadonlyArray<Required<View>> = process.argv.includes("--every-look")
  ? [1440, 820, 390].flatMap((width) => [
      { width, colorScheme: "light" as const },
      { width, colorScheme: "dark" as const }
    ])
  : [{ width: 1280, colorScheme: "light" }]

/** Pictures may be taken while a machine is busy with other things. */
export const patienceMs = 240_000

const frame = "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))"

/** Takes pictures of pages into a folder: `NAME-SCHEME-WIDTH.webp`. */
export class Camera {
  private readonly folder: string

  constructor(folder: string) {
    this.folder = folder
    mkdirSync(folder, { recursive: true })
  }

  /** Takes a page as it stands, as far down as it goes. */
  async shoot(page: Page, name: string, { colorScheme, width }: Required<View>): Promise<void> {
    const height = await page.evaluate<number>("document.documentElement.scrollHeight")
    await page.setViewportSize({ width, height: Math.min(heightMax, Math.max(height, 400)) })
    await page.evaluate(frame)
    const session = await page.context().newCDPSession(page)
    let picture = Buffer.alloc(0)
    for (const quality of qualities) {
      const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality })
      picture = Buffer.from(data, "base64")
      if (picture.length <= bytesMax) break
    }
    await session.detach()
    const path = join(this.folder, `${name}-${colorScheme}-${width}.webp`)
    writeFileSync(path, picture)
    process.stdout.write(`${path}\n`)
  }
}

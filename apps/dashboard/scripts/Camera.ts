import { mkdirSync } from "node:fs"
import { join } from "node:path"
import type { Page } from "playwright-core"
import sharp from "sharp"
import type { View } from "../test/Browser.ts"

/** One look a view is kept in the repository; `--every-look` takes light and dark at three widths, to be looked at. */
export const isEveryLook = process.argv.includes("--every-look")

/** Beyond that a picture shows no more of a page. */
const heightMax = isEveryLook ? 6000 : 1150

export const looks: ReadonlyArray<Required<View>> = isEveryLook
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
    const path = join(this.folder, `${name}-${colorScheme}-${width}.webp`)
    // A page has few colours: with a palette its letters stay sharp in a file that is no larger than a blurred one.
    const few = await sharp(await page.screenshot({ type: "png" }))
      .png({ palette: true, dither: 0 })
      .toBuffer()
    await sharp(few).webp({ lossless: true, effort: 6 }).toFile(path)
    process.stdout.write(`${path}\n`)
  }
}

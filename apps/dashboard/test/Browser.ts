import { existsSync } from "node:fs"
import { type Browser, chromium, type Page } from "playwright-core"

/** Where Debian and Ubuntu put Chromium: without windows, where that is installed, it takes a quarter less of the processor. */
const packaged = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser"]
const executablePath = process.env["CHROMIUM"] ?? packaged.find((path) => existsSync(path)) ?? packaged[0]!

/** Whether there is a browser to test with; says so once when there is none. */
export const isThere = existsSync(executablePath)
if (!isThere)
  process.stdout.write(`skipped: there is no ${executablePath} here (apt-get install chromium-headless-shell)\n`)

export const launch = (): Promise<Browser> => chromium.launch({ executablePath, args: ["--no-sandbox"] })

/** Just short of the longest that a test may take: what a page does late on a busy machine is not wrong. */
export const waitMs = 110_000

interface Opened {
  readonly page: Page
  /** Every request other than for the file itself, and every error that the page reported. */
  readonly complaints: ReadonlyArray<string>
}

export interface View {
  readonly width?: number
  readonly colorScheme?: "light" | "dark"
}

/** Opens a file from disk, with the network cut. */
export const open = async (browser: Browser, file: string, { colorScheme = "light", width = 1280 }: View = {}) => {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, acceptDownloads: true })
  context.setDefaultTimeout(waitMs)
  await context.setOffline(true)
  const page = await context.newPage()
  const complaints: Array<string> = []
  page.on("request", (request) => {
    const url = request.url()
    if (url !== `file://${file}` && !url.startsWith("blob:")) complaints.push(`requested ${url}`)
  })
  page.on("pageerror", (error) => complaints.push(String(error)))
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text())
  })
  await page.goto(`file://${file}`)
  return { page, complaints } satisfies Opened
}

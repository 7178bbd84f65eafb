import type { Browser, BrowserContext, Page } from "playwright-core"
import { type View, waitMs } from "./Browser.ts"
import type { LiveSandbox } from "./LiveSandbox.ts"

/** The page of a sandbox in a browser, and everything that it asked for elsewhere or complained about. */
export interface Signed {
  readonly page: Page
  readonly context: BrowserContext
  readonly complaints: ReadonlyArray<string>
}

/** Opens an address of the sandbox in a browser that was never there. */
export const open = async (
  browser: Browser,
  { url }: LiveSandbox,
  address: string,
  { colorScheme = "light", width = 1280 }: View = {}
): Promise<Signed> => {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } })
  context.setDefaultTimeout(waitMs)
  const page = await context.newPage()
  const complaints: Array<string> = []
  page.on("request", (request) => {
    const isOwn = request.url().startsWith(`${url}/`) || request.url().startsWith(`blob:${url}/`)
    if (!isOwn) complaints.push(`requested ${request.url()}`)
  })
  page.on("pageerror", (error) => complaints.push(String(error)))
  page.on("console", (message) => {
    const isExpected =
      /status of 40[01]|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/
    if (message.type() === "error" && !isExpected.test(message.text())) complaints.push(message.text())
  })
  await page.goto(address)
  return { page, context, complaints }
}

/** Signs in with a fresh link and waits until the page is live. */
export const signIn = async (browser: Browser, sandbox: LiveSandbox, view: View = {}): Promise<Signed> => {
  const signed = await open(browser, sandbox, sandbox.link(), view)
  await isLive(signed.page)
  return signed
}

export const isLive = (page: Page): Promise<void> => page.locator('[data-link="live"]').waitFor()

/** Goes to another view of the page. */
export const go = (page: Page, hash: string): Promise<unknown> =>
  page.evaluate(`location.hash = ${JSON.stringify(hash)}`)

/** What a tile of the app says. */
export const measure = (page: Page, name: string): Promise<string> =>
  page.locator(`.numbers-now [data-measure="${name}"]`).innerText()

/** Waits until a tile says that. */
export const says = (page: Page, name: string, text: string): Promise<void> =>
  page
    .locator(`.numbers-now [data-measure="${name}"]`)
    .and(page.getByText(text, { exact: true }))
    .waitFor()

/** Waits until a rollout is over. */
export const finished = (page: Page, rollout: string): Promise<void> =>
  page.locator(`[data-rollout="${rollout}"][data-state="finished"]`).waitFor()

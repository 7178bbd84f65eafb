import { afterAll, assert, beforeAll } from "@effect/vitest"
import { rmSync } from "node:fs"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import * as Chromium from "./Browser.ts"
import * as Ebb from "./Ebb.ts"
import * as LivePage from "./LivePage.ts"
import { LiveSandbox } from "./LiveSandbox.ts"

/** A browser, and a sandbox with its page: they are there while the tests of a block run. */
export class LiveRig {
  readonly folder = Ebb.folder()
  browser!: Browser
  sandbox!: LiveSandbox

  /** Made in the body of the block. */
  constructor() {
    beforeAll(async () => {
      this.browser = await Chromium.launch()
      this.sandbox = await LiveSandbox.start(join(this.folder, "data"))
    })
    afterAll(async () => {
      await this.browser.close()
      await this.sandbox.stop()
      rmSync(this.folder, { recursive: true })
    })
  }

  /** Signs in; the page must complain of nothing while it is used. */
  async withPage(use: (page: Page) => Promise<void>, view: Chromium.View = {}): Promise<void> {
    const { complaints, context, page } = await LivePage.signIn(this.browser, this.sandbox, view)
    await use(page)
    assert.deepStrictEqual(complaints, [])
    await context.close()
  }

  /** Deploys an app and opens its page as soon as so many slots are ready. */
  async withApp(
    app: { readonly name: string; readonly spec: string; readonly slots: string },
    use: (page: Page) => Promise<void>,
    view: Chromium.View = {}
  ): Promise<void> {
    await this.sandbox.post("/v1/apps", { spec: app.spec })
    await this.withPage(async (page) => {
      await LivePage.go(page, `#/app/${app.name}`)
      await LivePage.says(page, "slotsReady", app.slots)
      await use(page)
    }, view)
  }
}

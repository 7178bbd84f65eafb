// Writes pictures of every page at three widths to docs/screenshots, or to the folder that is named.
import { rmSync } from "node:fs"
import { join } from "node:path"
import * as Chromium from "../test/Browser.ts"
import * as Ebb from "../test/Ebb.ts"
import { Camera } from "./Camera.ts"
import * as FileShots from "./FileShots.ts"
import { LiveShots } from "./LiveShots.ts"

if (!Chromium.isThere) process.exit(1)
const named = process.argv.slice(2).find((argument) => !argument.startsWith("--"))
const camera = new Camera(named ?? join(import.meta.dirname, "../../../docs/screenshots"))
const folder = Ebb.folder()
const browser = await Chromium.launch()
await FileShots.take(browser, camera, folder)
await LiveShots.take(browser, camera, folder)
await browser.close()
rmSync(folder, { recursive: true })
process.exit(0)

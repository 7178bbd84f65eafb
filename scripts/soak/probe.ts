// Loaded into the sandbox (`BUN_OPTIONS=--preload`): at SIGUSR2 it collects garbage and writes down what is left.
import { heapStats } from "bun:jsc"
import { appendFileSync } from "node:fs"

const file = process.env["EBB_SOAK_PROBE"]
if (file !== undefined) {
  process.on("SIGUSR2", () => {
    Bun.gc(true)
    const { heapSize, objectTypeCounts } = heapStats()
    const { rss } = process.memoryUsage()
    appendFileSync(file, `${JSON.stringify({ atMs: Date.now(), heap: heapSize, rss, objects: objectTypeCounts })}\n`)
  })
}

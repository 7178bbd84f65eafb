import { defineConfig } from "vitest/config"
import { LongestFirst } from "./scripts/LongestFirst.ts"

export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    pool: "threads",
    sequence: { sequencer: LongestFirst },
    // Most of them wait for processes, sockets and pages: more at once than there are cores.
    maxWorkers: 4,
    hookTimeout: 300_000,
    testTimeout: 300_000
  }
})

import * as CurrentSystem from "@ebb/processes/system/CurrentSystem"
import { readdirSync } from "node:fs"

/** Descriptors that the sandbox itself needs: its database, its logs, pipes of runners. */
const margin = 512
const usual = 4096

/** As many as callers may take up. */
export const descriptorsMax = (): number => Math.max(margin, (CurrentSystem.current().openFilesMax() ?? usual) - margin)

/** How many this process has open; 0 where the system does not say. */
export const descriptors = (): number => {
  try {
    return readdirSync("/dev/fd").length
  } catch {
    return 0
  }
}

import { DataDirectory, type Running } from "@ebb/runtime/DataDirectory"

/** Whether that process is alive; one of somebody else is. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

/** The sandbox that runs in that data directory; null when none does. */
export const find = (folder: string): Running | null => {
  const running = new DataDirectory(folder).running()
  return running !== null && isAlive(running.pid) ? running : null
}

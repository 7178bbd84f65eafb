import * as ProcessTable from "@ebb/processes/ProcessTable"
import { DataDirectory } from "@ebb/runtime/store/DataDirectory"
import type { Running } from "@ebb/runtime/store/DirectoryFiles"
import { Effect } from "effect"
import { connect } from "node:net"

/** A process that ended stays in the table until its parent takes note, which in a container may be never. */
const isZombie = (pid: number): boolean => ProcessTable.entry(pid)?.state === "Z"

/** Whether that process is alive; one of somebody else is. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

/** The sandbox that runs in that data directory; null when none does. */
export const find = (folder: string): Running | null => {
  const running = new DataDirectory(folder).running.read()
  return running !== null && isAlive(running.pid) ? running : null
}

const listens = ({ hostname, port }: URL): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    const socket = connect({ host: hostname, port: Number(port) })
    const end = (does: boolean): void => {
      socket.destroy()
      resume(Effect.succeed(does))
    }
    socket.once("connect", () => end(true))
    socket.once("error", () => end(false))
  })

/** The same, asked at its port as well: another process may have the number of one that was killed. */
export const live = Effect.fnUntraced(function* (folder: string) {
  const running = find(folder)
  return running !== null && (yield* listens(new URL(running.url))) ? running : null
})

import * as CurrentSystem from "./system/CurrentSystem.ts"
import type { AtPort, Listener } from "./system/System.ts"

export type { AtPort, Listener, Socket } from "./system/System.ts"

/** Notes what the system lists now and takes it apart only when asked to, for one who has something to do in between. */
export const snapshot = (port: number): (() => AtPort) => CurrentSystem.current().snapshot(port)

/** Every socket that listens. */
export const listeners = (): ReadonlyArray<Listener> => CurrentSystem.current().listeners()

/** The inodes of the sockets that these processes hold open. */
export const heldBy = (pids: ReadonlyArray<number>): ReadonlySet<number> => CurrentSystem.current().heldBy(pids)

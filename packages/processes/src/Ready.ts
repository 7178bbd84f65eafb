import { setTimeout as sleep } from "node:timers/promises"
import * as Cost from "./Cost.ts"
import { ExitedBeforeReady } from "./Errors.ts"
import type { ProcessGroup } from "./ProcessGroup.ts"
import * as ProcessTable from "./ProcessTable.ts"
import * as Sockets from "./Sockets.ts"

/** What to wait for. */
export interface Options {
  readonly group: ProcessGroup
  readonly port: number
  /** With a path, a GET of it must be answered 2xx too; without one, a listener is enough. */
  readonly ready: { readonly path?: string | undefined; readonly tcp?: boolean | undefined }
  /** Gives up the wait, which then rejects with its reason. */
  readonly signal: AbortSignal
}

/** Where a group can be reached. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** How it stands in a URL and in the header Host. */
export const authorityOf = ({ host, port }: Address): string => `${host.includes(":") ? `[${host}]` : host}:${port}`

const pollMs = 20
/** A look may be costly; it takes no more than this share of the time. */
const shareMax = 0.1
const answerMs = 5000

/** The pids that belong to the group: by its number, or by the mark where one has moved to a group of its own. */
export const ownPids = ({ mark, pid }: ProcessGroup): ReadonlyArray<number> =>
  ProcessTable.living()
    .filter(({ groupPid, marks }) => groupPid === pid || marks().includes(mark))
    .map((own) => own.pid)

/** The listeners that processes of the group hold; on this port only, where one is given. */
export const listenersOf = (group: ProcessGroup, port?: number): ReadonlyArray<Sockets.Listener> => {
  const found = Sockets.listeners().filter((socket) => port === undefined || socket.port === port)
  if (found.length === 0) return []
  const held = Sockets.heldBy(ownPids(group))
  return found.filter(({ inode }) => held.has(inode))
}

/** The processes of the group that listen on the port. */
export const holdersOf = (group: ProcessGroup, port: number): ReadonlyArray<number> => {
  const inodes = listenersOf(group, port).map(({ inode }) => inode)
  return ownPids(group).filter((pid) => {
    const held = Sockets.heldBy([pid])
    return inodes.some((inode) => held.has(inode))
  })
}

const anyAddress: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" }

const address = (group: ProcessGroup, port: number): Address | undefined => {
  const [listener] = listenersOf(group, port)
  return listener === undefined ? undefined : { host: anyAddress[listener.host] ?? listener.host, port }
}

const isAnswered = async (address: Address, path: string, signal: AbortSignal): Promise<boolean> => {
  try {
    // A connection kept alive would be one that the server has to wait for when it drains.
    const answer = await fetch(new URL(path, `http://${authorityOf(address)}`), {
      headers: { connection: "close" },
      keepalive: false,
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)])
    })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}

/** Waits until the group itself, and not somebody else, listens on the port, and answers where to reach it. */
export const wait = async ({ group, port, ready, signal }: Options): Promise<Address> => {
  for (;;) {
    signal.throwIfAborted()
    if (group.exit !== undefined) throw new ExitedBeforeReady({ port, ...group.exit })
    const [found, costMs] = Cost.ofLook(() => address(group, port))
    if (found !== undefined && (ready.path === undefined || (await isAnswered(found, ready.path, signal)))) return found
    signal.throwIfAborted()
    // The exit is looked at again at the top; here it only ends the pause.
    await Promise.race([group.exited, sleep(Math.max(pollMs, costMs / shareMax))])
  }
}

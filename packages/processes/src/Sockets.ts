import { readdirSync, readFileSync, readlinkSync } from "node:fs"

/** A TCP socket of this machine, as the kernel lists it. */
export interface Socket {
  readonly port: number
  readonly peerPort: number
  readonly state: "established" | "listening" | "other"
  /** Bytes that arrived and were not read yet; of a listener: connections that wait to be accepted. */
  readonly unread: number
  /** 0 while no process holds it: a connection that still waits in the backlog of its listener. */
  readonly inode: number
}

/** A socket that listens. */
export interface Listener extends Socket {
  /** The address it is bound to; mapped ones (::ffff:127.0.0.1) are given as IPv4. */
  readonly host: string
}

const tables = ["/proc/net/tcp", "/proc/net/tcp6"] as const
const states: Readonly<Record<string, Socket["state"]>> = { "01": "established", "0A": "listening" }

const bytesOf = (hex: string): ReadonlyArray<number> => {
  // Each word of 32 bits stands in the byte order of the machine, which is the little one wherever Bun runs.
  const words = hex.match(/.{8}/g) ?? []
  return words.flatMap((word) => (word.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).toReversed())
}

const hostOf = (hex: string): string => {
  const bytes = bytesOf(hex)
  if (bytes.length === 4) return bytes.join(".")
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255
  if (isMapped) return bytes.slice(12).join(".")
  const parts = Array.from({ length: 8 }, (_, at) => ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0))
  return new URL(`http://[${parts.map((part) => part.toString(16)).join(":")}]`).hostname.slice(1, -1)
}

const afterColon = (field: string): number => Number.parseInt(field.slice(field.indexOf(":") + 1), 16)

const parse = (line: string): Socket => {
  const [, local = "", remote = "", state = "", queues = "", , , , , inode] = line.trim().split(/ +/)
  return {
    port: afterColon(local),
    peerPort: afterColon(remote),
    state: states[state] ?? "other",
    unread: afterColon(queues),
    inode: Number(inode)
  }
}

const parseListener = (line: string): Listener => {
  const [, local = ""] = line.trim().split(/ +/)
  return { ...parse(line), host: hostOf(local.slice(0, local.indexOf(":"))) }
}

const linesOf = (table: string): ReadonlyArray<string> => {
  try {
    return readFileSync(table, "latin1").split("\n").slice(1, -1)
  } catch {
    // A machine without IPv6 has no second table.
    return []
  }
}

/** Both ends of what goes on at a port of this machine. */
export interface AtPort {
  /** The sockets whose own port it is: its listeners and the server's ends of its connections. */
  readonly own: ReadonlyArray<Socket>
  /** The sockets whose peer's port it is: the callers' ends. */
  readonly callers: ReadonlyArray<Socket>
}

/**
 * Notes what the kernel lists now and takes it apart only when asked to, for one who has something to do in between. The
 * table of IPv6 comes first: a server may have its ends there and its callers theirs in the other, and so an answer that
 * a server has sent is never missed for one that it has yet to send.
 */
export const snapshot = (port: number): (() => AtPort) => {
  const lines = tables.toReversed().flatMap(linesOf)
  return () => {
    const mark = `:${port.toString(16).toUpperCase().padStart(4, "0")} `
    const parsed = lines.filter((line) => line.includes(mark)).map(parse)
    return {
      own: parsed.filter((socket) => socket.port === port),
      callers: parsed.filter((socket) => socket.peerPort === port)
    }
  }
}

/** Every socket that listens. */
export const listeners = (): ReadonlyArray<Listener> =>
  tables.flatMap((table) =>
    linesOf(table)
      .filter((line) => line.includes(" 0A "))
      .map(parseListener)
  )

const inodesOf = (pid: number): ReadonlyArray<number> => {
  const folder = `/proc/${pid}/fd`
  const inodeOf = (name: string): ReadonlyArray<number> => {
    try {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${name}`)) ?? []
      return inode === undefined ? [] : [Number(inode)]
    } catch {
      return []
    }
  }
  try {
    return readdirSync(folder).flatMap(inodeOf)
  } catch {
    // It ended meanwhile, or it belongs to somebody else.
    return []
  }
}

/** The inodes of the sockets that these processes hold open. */
export const heldBy = (pids: ReadonlyArray<number>): ReadonlySet<number> => new Set(pids.flatMap(inodesOf))

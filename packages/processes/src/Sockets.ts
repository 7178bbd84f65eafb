import { readdirSync, readFileSync, readlinkSync } from "node:fs"

/** A TCP socket of this machine, as the kernel lists it. */
export interface Socket {
  /** The address it is bound to; mapped ones (::ffff:127.0.0.1) are given as IPv4. */
  readonly host: string
  readonly port: number
  readonly peerPort: number
  readonly state: "established" | "listening" | "other"
  /** Bytes that arrived and were not read yet; of a listener: connections that wait to be accepted. */
  readonly unread: number
  /** 0 while no process holds it: a connection that still waits in the backlog of its listener. */
  readonly inode: number
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

const parse = (line: string): Socket => {
  const [, local = "", remote = "", state = "", queues = "", , , , , inode] = line.trim().split(/\s+/)
  const [host = "", port = ""] = local.split(":")
  return {
    host: hostOf(host),
    port: Number.parseInt(port, 16),
    peerPort: Number.parseInt(remote.split(":")[1] ?? "", 16),
    state: states[state] ?? "other",
    unread: Number.parseInt(queues.split(":")[1] ?? "", 16),
    inode: Number(inode)
  }
}

const linesOf = (table: string): ReadonlyArray<string> => {
  try {
    return readFileSync(table, "latin1").split("\n").slice(1, -1)
  } catch {
    // A machine without IPv6 has no second table.
    return []
  }
}

/** The sockets whose own port is this one: its listeners and the server's ends of its connections. */
export const onPort = (port: number): ReadonlyArray<Socket> => {
  const mark = `:${port.toString(16).toUpperCase().padStart(4, "0")} `
  // The local address is the first of a line: a match further on is somebody else's peer.
  const isLocal = (line: string): boolean => line.indexOf(mark) === line.indexOf(":", line.indexOf(":") + 1)
  return tables.flatMap((table) => linesOf(table).filter(isLocal).map(parse))
}

/** Every socket that listens. */
export const listeners = (): ReadonlyArray<Socket> =>
  tables.flatMap((table) => linesOf(table).map(parse)).filter(({ state }) => state === "listening")

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

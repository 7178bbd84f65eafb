import { readFileSync } from "node:fs"
import type { AtPort, Listener, Socket } from "./System.ts"

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

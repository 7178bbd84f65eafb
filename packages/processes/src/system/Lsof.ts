import type { Listener, Socket } from "./System.ts"

/** What lsof is asked for: a line a field, named by its first letter; with it the queues and states of TCP. */
export const fields: ReadonlyArray<string> = ["-Tqs", "-FpfdtTn"]

const states: Readonly<Record<string, Socket["state"]>> = { ESTABLISHED: "established", LISTEN: "listening" }

/** The device: an inode on Linux, an address in the kernel elsewhere, cut to what a number holds. */
const inodeOf = (device: string): number => Number(BigInt.asUintN(53, BigInt(device === "" ? "0" : device)))

const portOf = (end: string): number => Number(end.slice(end.lastIndexOf(":") + 1)) || 0

const hostOf = (end: string, type: string): string => {
  const host = end.slice(0, end.lastIndexOf(":")).replace(/^\[(.*)\]$/, "$1")
  if (host === "*") return type === "IPv6" ? "::" : "0.0.0.0"
  return host.replace(/^::ffff:(?=\d+\.)/, "")
}

/** The fields of each open file, by their letters; TCP's have names of their own. */
const recordsOf = (output: string): ReadonlyArray<ReadonlyMap<string, string>> => {
  const records: Array<Map<string, string>> = []
  for (const text of output.split("\n")) {
    const letter = text.slice(0, 1)
    if (letter === "f") records.push(new Map())
    const at = text.indexOf("=")
    if (letter === "T" && at > 0) records.at(-1)?.set(text.slice(1, at), text.slice(at + 1))
    else records.at(-1)?.set(letter, text.slice(1))
  }
  return records
}

const socketOf = (record: ReadonlyMap<string, string>): Listener => {
  const [local = "", peer = ""] = (record.get("n") ?? "").split("->")
  return {
    host: hostOf(local, record.get("t") ?? ""),
    port: portOf(local),
    peerPort: portOf(peer),
    state: states[record.get("ST") ?? ""] ?? "other",
    unread: Number(record.get("QR") ?? 0),
    inode: inodeOf(record.get("d") ?? "")
  }
}

/** The sockets that lsof lists, one that several processes hold as often as it is held. */
export const files = (output: string): ReadonlyArray<Listener> => recordsOf(output).map(socketOf)

/** The processes that lsof lists. */
export const pids = (output: string): ReadonlyArray<number> =>
  [...output.matchAll(/^p(\d+)$/gm)].map(([, pid]) => Number(pid))

/** Those that listen. */
export const listeners = (output: string): ReadonlyArray<Listener> =>
  files(output).filter(({ state }) => state === "listening")

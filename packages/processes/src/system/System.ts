/** A process as the system lists it. */
export interface Entry {
  readonly pid: number
  readonly parentPid: number
  readonly groupPid: number
  /**
   * When it started, as the system counts: with the pid it names one process for ever, where a pid alone is used again.
   * Compare it with {@link System.isSameStart}.
   */
  readonly start: number
  /** One letter: R, S, D, T stopped, Z ended but not yet reaped. */
  readonly state: string
}

/** A living process; its marks are read when they are asked for. */
export interface Living extends Entry {
  readonly marks: () => ReadonlyArray<string>
}

/** A TCP socket of this machine. */
export interface Socket {
  readonly port: number
  readonly peerPort: number
  readonly state: "established" | "listening" | "other"
  /** Bytes that arrived and were not read yet; of a listener: connections that wait to be accepted. */
  readonly unread: number
  /** Names the socket. 0, or not in the list, while no process holds it: a connection in the backlog of its listener. */
  readonly inode: number
}

/** A socket that listens. */
export interface Listener extends Socket {
  /** The address it is bound to; mapped ones (::ffff:127.0.0.1) are given as IPv4. */
  readonly host: string
}

/** Both ends of what goes on at a port of this machine. */
export interface AtPort {
  /** The sockets whose own port it is: its listeners and the server's ends of its connections. */
  readonly own: ReadonlyArray<Socket>
  /** The sockets whose peer's port it is: the callers' ends. */
  readonly callers: ReadonlyArray<Socket>
}

/**
 * What becomes of a signal: a handler takes it, it is held back until the process waits for it or unblocks it, it is ignored, or
 * the kernel ends the process.
 */
export type Disposition = "handled" | "blocked" | "ignored" | "default"

/** What is asked of the operating system about processes and sockets; what is gone or a stranger's is left out. */
export interface System {
  /** Whether a look takes so long that what is looked at has moved on meanwhile. */
  readonly isSlow: boolean
  readonly entry: (pid: number) => Entry | undefined
  readonly isSameStart: (one: number, other: number) => boolean
  /** Whether there is such a process; one that has ended may count until its parent has taken note. */
  readonly isRunning: (pid: number) => boolean
  /** Every living process but our own. */
  readonly living: () => ReadonlyArray<Living>
  /** The values of the marks that the process was started with. */
  readonly marksOf: (pid: number) => ReadonlyArray<string>
  /** Pids mean something within one namespace only: a container's are not the host's. */
  readonly namespace: () => string
  /** What becomes of the signal of that number; undefined once the process is gone, and where it is not to be known. */
  readonly dispositionOf: (pid: number, signal: number) => Disposition | undefined
  /** The file that the process runs; null where it is not to be known. */
  readonly executableOf: (pid: number) => string | null
  readonly listeners: () => ReadonlyArray<Listener>
  /** The inodes of the sockets that these processes hold open. */
  readonly heldBy: (pids: ReadonlyArray<number>) => ReadonlySet<number>
  /** Notes what the system lists now and takes it apart only when asked to. */
  readonly snapshot: (port: number) => () => AtPort
  /** How many files this process may have open; null where it is not to be known. */
  readonly openFilesMax: () => number | null
}

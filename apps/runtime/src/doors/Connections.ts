import { isIP, type Socket } from "node:net"

export interface ConnectionLimits {
  /** On all ports together. */
  readonly max: number
  /** From one address that is not this machine's own. */
  readonly perAddress: number
}

/** An open connection. `underWay`: what is being done on it; without anything it may have to give way. */
export interface Held {
  readonly socket: Socket
  readonly address: string
  underWay: number
  isOpen: boolean
}

/** Who is at the other end. */
type Peer = { readonly [Key in "remoteAddress" | "remotePort"]?: Socket[Key] | undefined }

/** So many calls from this machine get in even where every other connection is at work: `ebb down` is one of them. */
const reserved = 32

const nameOf = ({ remoteAddress, remotePort }: Peer): string => `${remoteAddress}|${remotePort}`

const isLoopback = (address: string): boolean => isIP(address) === 0 || /^(::ffff:)?127\.|^::1$/.test(address)

/**
 * The open connections of all ports. Where the house is full, the one that has been idle longest gives way, so that
 * connections on which nothing happens lock nobody out.
 */
export class Connections {
  private readonly limits: ConnectionLimits
  private readonly held = new Map<string, Held>()
  /** In the order in which they became idle. */
  private readonly idle = new Set<Held>()
  private readonly counts = new Map<string, number>()

  constructor(limits: ConnectionLimits) {
    this.limits = limits
  }

  get size(): number {
    return this.held.size
  }

  /** Takes a connection in until it closes; false where there is no room for it. */
  admit(socket: Socket): boolean {
    const address = socket.remoteAddress ?? ""
    if (!this.makeRoom(address)) return false
    const held: Held = { socket, address, underWay: 0, isOpen: true }
    const name = nameOf(socket)
    this.held.set(name, held)
    this.idle.add(held)
    this.count(address, 1)
    socket.once("close", () => this.forget(name, held))
    return true
  }

  private makeRoom(address: string): boolean {
    const isOwn = isLoopback(address)
    if (!isOwn && (this.counts.get(address) ?? 0) >= this.limits.perAddress && !this.evict(address)) return false
    if (this.held.size < this.limits.max || this.evict(null)) return true
    return isOwn && this.held.size < this.limits.max + reserved
  }

  /** Ends the connection that has been idle longest, of one address or of all. */
  private evict(address: string | null): boolean {
    for (const held of this.idle) {
      if (address !== null && held.address !== address) continue
      this.forget(nameOf(held.socket), held)
      held.socket.destroy()
      return true
    }
    return false
  }

  private forget(name: string, held: Held): void {
    if (!held.isOpen) return
    held.isOpen = false
    this.held.delete(name)
    this.idle.delete(held)
    this.count(held.address, -1)
  }

  private count(address: string, by: number): void {
    const count = (this.counts.get(address) ?? 0) + by
    if (count === 0) this.counts.delete(address)
    else this.counts.set(address, count)
  }

  /** The connection with that peer, by whatever layer it is looked at. */
  of(peer: Peer): Held | null {
    return this.held.get(nameOf(peer)) ?? null
  }

  /** It is at work until what is answered is called. */
  busy(peer: Peer): () => void {
    const held = this.of(peer)
    this.begin(held)
    return () => this.end(held)
  }

  /** Something is done on it that somebody may ask for. */
  begin(held: Held | null): void {
    if (held !== null && held.underWay++ === 0) this.idle.delete(held)
  }

  end(held: Held | null): void {
    if (held !== null && --held.underWay === 0 && held.isOpen) this.idle.add(held)
  }
}

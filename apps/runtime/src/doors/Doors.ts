import type { Socket } from "node:net"
import type { Connections } from "./Connections.ts"
import { DirectPort } from "./DirectPort.ts"
import type { GrpcDoor, GrpcService } from "./GrpcDoor.ts"
import { OnePort, type OnePortOptions } from "./OnePort.ts"
import { PortInUse } from "./PortInUse.ts"
import type { Wish } from "../edge/WebSockets.ts"

import { Effect, Schedule } from "effect"

type Scheme = "http" | "https"

/** A private key and its certificate, PEM texts. */
type Certified = NonNullable<OnePortOptions["tls"]>

/** Where to listen. Ports: 0 takes a free one, null none. */
export interface DoorsOptions {
  readonly host: string
  readonly port: number
  readonly httpPort: number | null
  readonly tls: { readonly port: number; readonly certified: Certified } | null
  readonly connections: Connections
  /** Whether the process has no descriptors left but those that other ports need than the direct one. */
  readonly isFull: () => boolean
  readonly fetch: (request: Request) => Response | Promise<Response>
  readonly upgrade: (wish: Wish) => void | Promise<void>
  /** Asked when the first caller speaks HTTP/2. */
  readonly grpc: (scheme: Scheme) => Promise<GrpcService>
}

const isInUse = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EADDRINUSE"

/** All ports that a sandbox listens on: the public one, perhaps one for plain HTTP alone, perhaps one with TLS. */
export class Doors {
  private readonly options: DoorsOptions
  private readonly grpcs: Array<Promise<GrpcDoor>> = []
  private readonly ports: Array<OnePort> = []
  private direct: DirectPort | null = null

  private constructor(options: DoorsOptions) {
    this.options = options
  }

  /** Opens them all; where one cannot be opened, none stays open. */
  static async open(options: DoorsOptions): Promise<Doors> {
    const doors = new Doors(options)
    try {
      await doors.listenPublic()
      await doors.listenTls()
      doors.listenDirect()
      return doors
    } catch (error) {
      await doors.close()
      throw error
    }
  }

  private async listenPublic(): Promise<void> {
    const { port } = this.options
    try {
      await this.listen("http", port)
    } catch (error) {
      throw isInUse(error) ? new PortInUse({ option: "port", port }) : error
    }
  }

  private listenDirect(): void {
    const { fetch, host, httpPort: port, isFull } = this.options
    if (port === null) return
    try {
      this.direct = new DirectPort({ host, port, fetch, isFull })
    } catch (error) {
      throw isInUse(error) ? new PortInUse({ option: "httpPort", port }) : error
    }
  }

  private async listen(scheme: Scheme, port: number, tls?: Certified): Promise<void> {
    const { connections, fetch, host, upgrade } = this.options
    const secured = tls === undefined ? {} : { tls }
    const grpc = this.takeGrpc(scheme)
    this.ports.push(await OnePort.listen({ host, port, fetch, upgrade, grpc, connections, ...secured }))
  }

  private takeGrpc(scheme: Scheme): (socket: Socket) => Promise<void> {
    let opened: Promise<GrpcDoor> | null = null
    return async (socket) => {
      if (opened === null) this.grpcs.push((opened = this.openGrpc(scheme)))
      const door = await opened
      if (!socket.destroyed) door.take(socket)
    }
  }

  /** What speaks gRPC is a quarter of what an idle sandbox would weigh, so it is loaded for its first caller. */
  private async openGrpc(scheme: Scheme): Promise<GrpcDoor> {
    const [{ GrpcDoor }, service] = await Promise.all([import("./GrpcDoor.ts"), this.options.grpc(scheme)])
    return new GrpcDoor(service, this.options.connections)
  }

  /** Where its port is taken, any other will do: clients read it from `ebb env`. */
  private async listenTls(): Promise<void> {
    const { tls } = this.options
    if (tls === null) return
    try {
      await this.listen("https", tls.port, tls.certified)
    } catch (error) {
      if (!isInUse(error)) throw error
      await this.listen("https", 0, tls.certified)
    }
  }

  get port(): number {
    return this.ports[0]!.port
  }

  get tlsPort(): number | null {
    return this.ports[1]?.port ?? null
  }

  get directPort(): number | null {
    return this.direct?.port ?? null
  }

  /** To be called now and then. */
  look(): void {
    this.direct?.look()
  }

  async close(): Promise<void> {
    for (const grpc of await Promise.all(this.grpcs)) grpc.close()
    await Promise.all(this.ports.map((port) => port.close()))
    await this.direct?.close()
  }
}

const lookEvery = Schedule.spaced("1 second")

/** The doors, open; fails with PortInUse or the system's error where one cannot be opened. */
export const opened = Effect.fnUntraced(function* (options: DoorsOptions) {
  const opening = Effect.tryPromise({ try: () => Doors.open(options), catch: (error) => error })
  const doors = yield* Effect.acquireRelease(opening, (open) => Effect.promise(() => open.close()))
  const look = Effect.sync(() => doors.look())
  yield* Effect.forkScoped(Effect.schedule(look, lookEvery))
  return doors
})

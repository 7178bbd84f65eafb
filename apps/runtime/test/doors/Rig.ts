import { Connections } from "@ebb/runtime/doors/Connections"
import { GrpcDoor } from "@ebb/runtime/doors/GrpcDoor"
import { OnePort, type OnePortOptions } from "@ebb/runtime/doors/OnePort"
import { serviceOf } from "@ebb/runtime/planes/grpc/GrpcPlane"
import { GrpcClient } from "./GrpcClient.ts"
import { MemoryControl } from "./MemoryControl.ts"

type Headers = Readonly<Record<string, string>>

/** Both doors on one free port of the loopback, before a control plane that remembers. */
export class Rig {
  readonly control: MemoryControl
  readonly port: OnePort
  readonly connections: Connections
  private readonly door: GrpcDoor
  private readonly clients: Array<GrpcClient> = []

  private constructor(control: MemoryControl, door: GrpcDoor, port: OnePort, connections: Connections) {
    this.connections = connections
    this.control = control
    this.door = door
    this.port = port
  }

  static async open({
    grpcIdleMs,
    ...options
  }: Partial<OnePortOptions> & { readonly grpcIdleMs?: number } = {}): Promise<Rig> {
    const control = new MemoryControl()
    const connections = options.connections ?? new Connections({ max: Infinity, perAddress: Infinity })
    const service = serviceOf(control, options.tls === undefined ? "http" : "https")
    const door = new GrpcDoor(service, connections, grpcIdleMs)
    const fetch = () => new Response("over HTTP/1.1")
    const port = await OnePort.listen({ host: "127.0.0.1", port: 0, fetch, grpc: door.take, connections, ...options })
    return new Rig(control, door, port, connections)
  }

  get authority(): string {
    return `127.0.0.1:${this.port.port}`
  }

  client(headers: Headers, ...options: ReadonlyArray<ConstructorParameters<typeof GrpcClient>[2]>): GrpcClient {
    const scheme = options.length === 0 ? "http" : "https"
    const client = new GrpcClient(`${scheme}://${this.authority}`, headers, options[0])
    this.clients.push(client)
    return client
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.close()
    await this.port.close()
    this.door.close()
  }
}

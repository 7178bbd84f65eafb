import type { Socket } from "node:net"
import { IsolateController } from "@ebb/protocol/gen/controller_pb"
import { serviceDefinition } from "@ebb/protocol/Grpc"
import { Server, ServerCredentials } from "@grpc/grpc-js"
import { limits } from "../edge/Limits.ts"
import type { Connections } from "./Connections.ts"
import { Handlers } from "../planes/grpc/GrpcCall.ts"
import type { GrpcControl } from "../planes/grpc/GrpcControl.ts"
import type { Allowed } from "../edge/Strangers.ts"
import { handlers } from "../planes/grpc/GrpcHandlers.ts"

const options = {
  // Of a message as it comes and of what it inflates to.
  "grpc.max_receive_message_length": limits.grpcMessageBytes,
  // What the sandbox says is as long as it is.
  "grpc.max_send_message_length": -1,
  "grpc.max_concurrent_streams": limits.streamsPerConnection,
  "grpc.enable_channelz": 0
}

const nobody: Allowed = { hosts: [], origins: [] }

/** The control plane over gRPC, on connections that somebody else accepted. */
export class GrpcDoor {
  private readonly server: Server
  private readonly injector: ReturnType<Server["createConnectionInjector"]>

  /** `scheme`: that of the URLs in answers, `https` behind TLS. */
  constructor(
    control: GrpcControl,
    connections: Connections,
    scheme: "http" | "https" = "http",
    allowed: Allowed = nobody,
    idleMs: number = limits.grpcIdleMs
  ) {
    const calls = new Handlers(control, scheme, allowed, (peer) => connections.busy(peer))
    this.server = new Server({ ...options, interceptors: [calls.interceptor], "grpc.max_connection_idle_ms": idleMs })
    this.server.addService(serviceDefinition(IsolateController), handlers(control, calls))
    this.injector = this.server.createConnectionInjector(ServerCredentials.createInsecure())
  }

  /** Serves an accepted connection of which nothing is read yet. */
  readonly take = (socket: Socket): void => this.injector.injectConnection(socket)

  /** Ends every call. */
  close(): void {
    this.injector.destroy()
    this.server.forceShutdown()
  }
}

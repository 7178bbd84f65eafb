import type { Socket } from "node:net"
import {
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServiceDefinition,
  type UntypedServiceImplementation
} from "@grpc/grpc-js"
import { limits } from "../edge/Limits.ts"
import type { Connections } from "./Connections.ts"

const options = {
  // Of a message as it comes and of what it inflates to.
  "grpc.max_receive_message_length": limits.grpcMessageBytes,
  // What the sandbox says is as long as it is.
  "grpc.max_send_message_length": -1,
  "grpc.max_concurrent_streams": limits.streamsPerConnection,
  "grpc.enable_channelz": 0
}

/** What is called over gRPC: a service and what meets every call of it first. */
export interface GrpcService {
  readonly definition: ServiceDefinition
  readonly implementation: UntypedServiceImplementation
  readonly interceptor: ServerInterceptor
}

/** A call that was let in keeps its connection: one without any may have to give way. */
const counting =
  (connections: Connections): ServerInterceptor =>
  (_, call) => {
    let over = () => {}
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, go) => {
            over = connections.busy(call.getConnectionInfo())
            go(metadata)
          },
          onCancel: () => over()
        })
    })
  }

/** gRPC on connections that somebody else accepted. */
export class GrpcDoor {
  private readonly server: Server
  private readonly injector: ReturnType<Server["createConnectionInjector"]>

  constructor(
    { definition, implementation, interceptor }: GrpcService,
    connections: Connections,
    idleMs: number = limits.grpcIdleMs
  ) {
    const interceptors = [interceptor, counting(connections)]
    this.server = new Server({ ...options, interceptors, "grpc.max_connection_idle_ms": idleMs })
    this.server.addService(definition, implementation)
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

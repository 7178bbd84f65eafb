import { IsolateController } from "@ebb/protocol/gen/controller_pb"
import { serviceDefinition } from "@ebb/protocol/Grpc"
import type { Allowed } from "../../edge/Strangers.ts"
import { Handlers } from "./GrpcCall.ts"
import type { ControlCalls } from "./GrpcControl.ts"
import { handlers } from "./GrpcHandlers.ts"

const nobody: Allowed = { hosts: [], origins: [] }

/** The control plane as a gRPC service. `scheme`: that of the URLs in answers, `https` behind TLS. */
export const serviceOf = (control: ControlCalls, scheme: "http" | "https", allowed: Allowed = nobody) => {
  const calls = new Handlers(control, scheme, allowed)
  return {
    definition: serviceDefinition(IsolateController),
    implementation: handlers(control, calls),
    interceptor: calls.interceptor
  }
}

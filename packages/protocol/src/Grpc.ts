import {
  type DescMessage,
  type DescMethod,
  type DescMethodBiDiStreaming,
  type DescMethodClientStreaming,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type DescService,
  fromBinary,
  type MessageShape,
  toBinary
} from "@bufbuild/protobuf"
import type {
  handleBidiStreamingCall,
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  MethodDefinition,
  ServiceDefinition
} from "@grpc/grpc-js"

/** A message that is in bytes already: a list of many entries is written in parts, which are one message when put together. */
export class Written {
  readonly bytes: Buffer

  constructor(parts: ReadonlyArray<Uint8Array>) {
    this.bytes = Buffer.concat(parts)
  }
}

type Handler<Method> =
  Method extends DescMethodUnary<infer In, infer Out>
    ? handleUnaryCall<MessageShape<In>, MessageShape<Out> | Written>
    : Method extends DescMethodServerStreaming<infer In, infer Out>
      ? handleServerStreamingCall<MessageShape<In>, MessageShape<Out>>
      : Method extends DescMethodClientStreaming<infer In, infer Out>
        ? handleClientStreamingCall<MessageShape<In>, MessageShape<Out>>
        : Method extends DescMethodBiDiStreaming<infer In, infer Out>
          ? handleBidiStreamingCall<MessageShape<In>, MessageShape<Out>>
          : never

/** A handler for each method of a service. */
export type Implementation<Service extends DescService> = {
  readonly [Name in keyof Service["method"]]: Handler<Service["method"][Name]>
}

const codec = <Desc extends DescMessage>(schema: Desc) => ({
  serialize: (message: MessageShape<Desc> | Written): Buffer => {
    if (message instanceof Written) return message.bytes
    const bytes = toBinary(schema, message)
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  },
  deserialize: (bytes: Uint8Array): MessageShape<Desc> => fromBinary(schema, bytes)
})

const isRequestStream = ({ methodKind }: DescMethod): boolean =>
  methodKind === "client_streaming" || methodKind === "bidi_streaming"
const isResponseStream = ({ methodKind }: DescMethod): boolean =>
  methodKind === "server_streaming" || methodKind === "bidi_streaming"

const methodDefinition = (
  method: DescMethod
): MethodDefinition<MessageShape<DescMessage>, MessageShape<DescMessage>> => {
  const request = codec(method.input)
  const response = codec(method.output)
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    originalName: method.localName,
    requestStream: isRequestStream(method),
    responseStream: isResponseStream(method),
    requestSerialize: request.serialize,
    requestDeserialize: request.deserialize,
    responseSerialize: response.serialize,
    responseDeserialize: response.deserialize
  }
}

/** What grpc-js needs to know of a service, from its generated descriptor. */
export const serviceDefinition = (service: DescService): ServiceDefinition =>
  Object.fromEntries(service.methods.map((method) => [method.localName, methodDefinition(method)]))

import { Context, Effect, Layer, Result, Schema } from "effect"
import type { Duplex } from "node:stream"
import type { WebSocket } from "ws"
import { fromAuthorization } from "../../control/Principal.ts"
import * as WebSockets from "../../edge/WebSockets.ts"
import { refusals, refuse as refusalOf, type Refused } from "../../control/Refused.ts"
import * as RunnerControl from "../../control/RunnerControl.ts"
import type { ShellSession } from "../../kernel/ShellSession.ts"
import { Authentication, type Authenticator } from "../../control/Authenticator.ts"
import type { Control } from "../../control/Control.ts"

const path = /^\/v1\/runners\/([^/]+)\/shell$/
const decodeSize = Schema.decodeUnknownResult(
  Schema.fromJsonString(Schema.Struct({ rows: Schema.Int, columns: Schema.Int }))
)
const decodeCommand = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Array(Schema.String)))

const refuse = (socket: Duplex, { code, detail }: Refused): void => {
  const body = JSON.stringify({ detail })
  const head = `HTTP/1.1 ${refusals[code].http} Refused\r\ncontent-type: application/json\r\n`
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`)
}

/**
 * Binary messages are bytes both ways; an empty one from the caller is the end of its input, a text its terminal's new
 * size. The last text to it is `{"exit": n}`.
 */
const serve = async (socket: WebSocket, session: ShellSession): Promise<void> => {
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    if (!isBinary) Result.map(decodeSize(data.toString()), ({ columns, rows }) => session.resize(rows, columns))
    else if (data.length === 0) session.end()
    else session.write(data)
  })
  socket.on("close", () => session.kill())
  for await (const chunk of session.output) socket.send(chunk)
  socket.send(JSON.stringify({ exit: await session.exitCode }))
  socket.close()
}

const decoded = (segment: string): Effect.Effect<string, Refused> =>
  Effect.try({
    try: () => decodeURIComponent(segment),
    catch: () => refusalOf("INVALID_ARGUMENT", `'${segment}' is no percent-encoded text`)
  })

/** Shells of runners as WebSockets. */
export class ShellSockets {
  private readonly authenticator: Authenticator
  private readonly context: Context.Context<Control>

  constructor(authenticator: Authenticator, context: Context.Context<Control>) {
    this.authenticator = authenticator
    this.context = context
  }

  /** Takes the connection of `/v1/runners/ID/shell?command=[…]&terminal={…}`; false for any other. */
  accept(wish: WebSockets.Wish, url: URL): boolean {
    const { request, socket } = wish
    const [, runner] = path.exec(url.pathname) ?? []
    if (runner === undefined) return false
    const command = Result.getOrElse(decodeCommand(url.searchParams.get("command") ?? "[]"), () => [])
    const terminal = Result.getOrElse(decodeSize(url.searchParams.get("terminal") ?? ""), () => null)
    const credentials = fromAuthorization(request.headers.authorization ?? null)
    const asked = Effect.flatMap(this.authenticator.authorize(credentials, "ADMIN", "shell"), (principal) =>
      Effect.flatMap(decoded(runner), (id) => RunnerControl.shell(principal, { runner: id, command, terminal }))
    )
    const opened = Effect.runSyncWith(this.context)(Effect.result(asked))
    if (Result.isFailure(opened)) refuse(socket, opened.failure)
    else WebSockets.open(wish, (each) => serve(each, opened.success))
    return true
  }
}

export class Shells extends Context.Service<Shells, ShellSockets>()("@ebb/runtime/planes/rest/Shells") {
  static readonly layer = Layer.effect(
    Shells,
    Effect.gen(function* () {
      return new ShellSockets(yield* Authentication, yield* Effect.context<Control>())
    })
  )
}

import * as Body from "../edge/Body.ts"
import { limits } from "../edge/Limits.ts"

export interface DirectPortOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly fetch: (request: Request) => Response | Promise<Response>
  /** Whether the process has no descriptors left but those that the other ports need. */
  readonly isFull: () => boolean
  readonly bodyWaitSeconds?: number
}

const hasBody = ({ headers }: Request): boolean =>
  (headers.get("content-length") ?? "0") !== "0" || headers.has("transfer-encoding")

/**
 * Bun's own HTTP/1.1 server, for heavy load: no upgrades, no HTTP/2. It gives a connection some ten seconds for the head
 * of its first request, whatever comes of it meanwhile.
 */
export class DirectPort {
  private readonly options: DirectPortOptions
  private server: ReturnType<typeof Bun.serve> | null
  readonly port: number

  constructor(options: DirectPortOptions) {
    this.options = options
    this.server = this.serve(options.port)
    this.port = this.server.port ?? options.port
  }

  private serve(port: number): ReturnType<typeof Bun.serve> {
    const { bodyWaitSeconds = limits.bodyWaitSeconds, fetch, host: hostname } = this.options
    return Bun.serve({
      hostname,
      port,
      idleTimeout: bodyWaitSeconds,
      maxRequestBodySize: limits.bodyBytes,
      fetch: (request, server) => {
        // Its clock runs for the whole exchange: once the request is there, its answer may take as long as it likes.
        if (!hasBody(request)) server.timeout(request, 0)
        else Body.whenRead(request, () => server.timeout(request, 0))
        return fetch(request)
      }
    })
  }

  /** To be called now and then: that server does not count its connections, so it takes none while there is no room. */
  look(): void {
    const isFull = this.options.isFull()
    if (isFull) void this.server?.stop()
    if (isFull) this.server = null
    else this.server ??= this.serve(this.port)
  }

  async close(): Promise<void> {
    await this.server?.stop(true)
  }
}

import type { Message } from "@ebb/protocol/rest/Events"
import { type Api, Refusal } from "./Api.ts"

/** How the page stands with the sandbox. `refused`: nobody is signed in here. */
export type Link = "connecting" | "live" | "lost" | "refused"

const againMs = 1000

interface Handlers {
  readonly onMessage: (message: Message) => void
  readonly onLink: (link: Link) => void
}

/** Follows the event stream, and takes it up again whenever it breaks. */
export class Follow {
  private readonly api: Api
  private readonly handlers: Handlers

  constructor(api: Api, handlers: Handlers) {
    this.api = api
    this.handlers = handlers
  }

  /** A stream that is refused says nothing about why: a plain question does, so it comes first. */
  start(): void {
    this.api.status().then(
      () => this.open(),
      (error: unknown) => {
        const status = error instanceof Refusal ? error.status : 0
        if (status === 401 || status === 403 || status === 404) return this.handlers.onLink("refused")
        this.again()
      }
    )
  }

  private open(): void {
    const source = new EventSource(this.api.events)
    source.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const message: Message = JSON.parse(data)
      if (message.type === "snapshot") this.handlers.onLink("live")
      this.handlers.onMessage(message)
    })
    source.addEventListener("error", () => {
      // A browser waits seconds before it tries again, and gives up on an answer that is no stream.
      source.close()
      this.again()
    })
  }

  private again(): void {
    this.handlers.onLink("lost")
    setTimeout(() => this.start(), againMs)
  }
}

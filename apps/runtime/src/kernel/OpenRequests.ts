import type { Request } from "@ebb/core/tables/Records"
import type { LiveRequest } from "./LiveRequest.ts"

/** What was handed in and has no outcome yet. It is the cargo of the Fleet's requests. */
export class OpenRequests {
  private readonly byId = new Map<string, LiveRequest>()

  /** That of the Fleet's request, which has no outcome yet. */
  of(request: Request): LiveRequest {
    const live = request.cargo as LiveRequest
    if (live.number === 0) {
      live.number = request.number
      live.slot = request.slot
      this.byId.set(live.id, live)
    }
    return live
  }

  remove(live: LiveRequest): void {
    if (this.byId.get(live.id) === live) this.byId.delete(live.id)
  }

  withId(id: string): LiveRequest | null {
    return this.byId.get(id) ?? null
  }

  get size(): number {
    return this.byId.size
  }

  all(): ReadonlyArray<LiveRequest> {
    return [...this.byId.values()]
  }
}

import type { ProcessGroup } from "@ebb/processes/ProcessGroup"
import type * as Ready from "@ebb/processes/Ready"

/** The process of one runner. */
export class Run {
  group: ProcessGroup | null = null
  /** That it was told to listen on; null before it is started. */
  port: number | null = null
  address: Ready.Address | null = null
  readonly givenUp = new AbortController()
  /** Whether it was sent a signal. */
  isTold = false
  /** Exchanges under way. */
  readonly open = new Set<Promise<void>>()
  /** Answers leave it from then on. */
  held: Promise<void> = Promise.resolve()
}

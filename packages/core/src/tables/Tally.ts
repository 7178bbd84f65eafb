/** How the requests in flight on a signalled runner left it, direct (with realtime) and queued apart. */
export class Tally {
  atStart = 0
  drained = 0
  errored = 0
  retried = 0
  cancelled = 0
}

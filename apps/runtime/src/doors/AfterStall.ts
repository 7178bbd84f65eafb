type Fetch = (request: Request) => Response | Promise<Response>

const callerLeft = 499

const late = async (request: Request, over: Promise<void>, fetch: Fetch): Promise<Response> => {
  // Asked for now, as it tells only of what happens from then on.
  const { signal } = request
  await over
  return signal.aborted ? new Response(null, { status: callerLeft }) : fetch(request)
}

/** A request that comes while the news of a stall are read begins after it: limits that ran out meanwhile are not its own. */
export const afterStall =
  (overdue: () => Promise<void> | null, fetch: Fetch): Fetch =>
  (request) => {
    const over = overdue()
    return over === null ? fetch(request) : late(request, over, fetch)
  }

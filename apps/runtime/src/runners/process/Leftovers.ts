import * as Orphans from "@ebb/processes/Orphans"

/** To look for the processes of one runner costs as much as to look for those of all, so runners that end together share it. */
let next: { readonly runners: Set<string>; readonly done: Promise<unknown> } | null = null
let last: Promise<unknown> = Promise.resolve()

const gather = () => {
  const runners = new Set<string>()
  const done = last
    .catch(() => {})
    .then(() => {
      next = null
      return Orphans.killEach(runners)
    })
  last = done
  return { runners, done }
}

/** Ends whatever processes the runner has left behind; resolves when there are none. */
export const end = async (runner: string): Promise<void> => {
  next ??= gather()
  next.runners.add(runner)
  await next.done
}

interface Line {
  readonly timestamp: string
}

/** Lines of a log, newest first; the next page ends with `nextUntil`, that moment included. */
export interface LogPage<L> {
  readonly items: ReadonlyArray<L>
  readonly nextUntil: string | null
}

/** The newest of these lines. Lines of one moment stay together: a page that ended among them would lose or repeat some. */
export const newest = <L extends Line>(oldestFirst: ReadonlyArray<L>, size: number): LogPage<L> => {
  const all = oldestFirst.toReversed()
  const next = all[size]?.timestamp
  if (next === undefined) return { items: all, nextUntil: null }
  const end = all.findIndex(({ timestamp }) => timestamp === next)
  if (end > 0) return { items: all.slice(0, end), nextUntil: next }
  const older = all.findIndex(({ timestamp }) => timestamp !== next)
  return older < 0 ? { items: all, nextUntil: null } : { items: all.slice(0, older), nextUntil: all[older]!.timestamp }
}

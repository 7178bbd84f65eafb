/** So many small things are done in one turn of the event loop: more of them would keep everybody else waiting. */
export const portion = 500

const waiting: Array<() => void> = []

const next = (): void => {
  try {
    waiting[0]!()
  } finally {
    waiting.shift()
    if (waiting.length > 0) setImmediate(next)
  }
}

/** Runs it in a later turn of the event loop, with none that was asked for here in the same: together they would be a long one. */
export const later = (run: () => void): void => {
  if (waiting.push(run) === 1) setImmediate(next)
}

/** Resolves in a turn of its own. */
export const turn = (): Promise<void> => new Promise(later)

/** Each step in a turn of its own. */
export const steps = async <A>(all: Generator<undefined, A>): Promise<A> => {
  for (;;) {
    await turn()
    const step = all.next()
    if (step.done === true) return step.value
  }
}

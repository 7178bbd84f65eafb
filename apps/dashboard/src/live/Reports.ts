const atATime = 4

/** Reads the reports of rollouts, a few at a time, in the order in which they were asked for. */
export class Reports {
  private readonly waiting = new Set<string>()
  private readonly reading = new Set<string>()
  private readonly read: (id: string) => Promise<void>

  constructor(read: (id: string) => Promise<void>) {
    this.read = read
  }

  /** Read from now on: one that is being read is read once more. */
  ask(ids: Iterable<string>): void {
    for (const id of ids) this.waiting.add(id)
    this.next()
  }

  /** Read at all: not again where that goes on already. */
  want(ids: ReadonlyArray<string>): void {
    this.ask(ids.filter((id) => !this.reading.has(id)))
  }

  private next(): void {
    for (const id of this.waiting) {
      if (this.reading.size >= atATime) return
      if (this.reading.has(id)) continue
      this.waiting.delete(id)
      this.reading.add(id)
      void this.read(id).finally(() => {
        this.reading.delete(id)
        this.next()
      })
    }
  }
}

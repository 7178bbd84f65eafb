/** In milliseconds of the wall; as often a start looks for its port. */
const roundMs = 20
const roundsMost = 15

/** The while after a stall in which what the outside world did during it is read. It ends with a round that brought nothing. */
export class Reading {
  private readonly ended = Promise.withResolvers<void>()
  private readonly done: () => void
  private timer: ReturnType<typeof setTimeout>
  private rounds = 0
  /** The first round proves nothing: what is to be read may be under way still. */
  private isHeard = true

  constructor(done: () => void) {
    this.done = done
    this.timer = this.wait()
  }

  private wait(): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.look(), roundMs)
  }

  private look(): void {
    if (!this.isHeard || ++this.rounds === roundsMost) return this.done()
    this.isHeard = false
    this.timer = this.wait()
  }

  /** Resolves at its end. */
  get over(): Promise<void> {
    return this.ended.promise
  }

  /** There was something. */
  hear(): void {
    this.isHeard = true
  }

  end(): void {
    clearTimeout(this.timer)
    this.ended.resolve()
  }
}

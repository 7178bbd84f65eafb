/** The longest line kept, in UTF-16 units; what follows up to its end is dropped. */
export const lineLengthMax = 65_536

/** Cuts text that arrives in pieces into lines and holds no more than one line of {@link lineLengthMax}. */
export class Lines {
  readonly #onLine: (line: string) => void
  #held = ""

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  /** Takes the next piece. */
  push(piece: string): void {
    let from = 0
    for (let end = piece.indexOf("\n"); end !== -1; end = piece.indexOf("\n", from)) {
      this.#hold(piece, from, end)
      this.#emit()
      from = end + 1
    }
    this.#hold(piece, from, piece.length)
  }

  /** The stream has ended: gives out what has no line end. */
  end(): void {
    if (this.#held !== "") this.#emit()
  }

  #hold(piece: string, from: number, to: number): void {
    const room = lineLengthMax - this.#held.length
    if (room > 0 && to > from) this.#held += piece.slice(from, Math.min(to, from + room))
  }

  #emit(): void {
    const line = this.#held.endsWith("\r") ? this.#held.slice(0, -1) : this.#held
    this.#held = ""
    this.#onLine(line)
  }
}

const keptMax = 1000

/** Remembers what was worked out for a text; beyond a thousand it begins anew. */
export class Memo<A> {
  private readonly known = new Map<string, A>()

  get(text: string): A | undefined {
    return this.known.get(text)
  }

  set(text: string, value: A): void {
    if (this.known.size >= keptMax) this.known.clear()
    this.known.set(text, value)
  }

  clear(): void {
    this.known.clear()
  }
}

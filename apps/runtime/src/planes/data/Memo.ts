const keptMax = 1000
const lengthMax = 500

/** Remembers what was worked out for a text of at most 500 characters; beyond a thousand texts it begins anew. */
export class Memo<A> {
  private readonly known = new Map<string, A>()

  get(text: string): A | undefined {
    return this.known.get(text)
  }

  set(text: string, value: A): void {
    if (text.length > lengthMax) return
    if (this.known.size >= keptMax) this.known.clear()
    this.known.set(text, value)
  }

  clear(): void {
    this.known.clear()
  }
}

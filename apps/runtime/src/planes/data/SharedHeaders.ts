import { Memo } from "./Memo.ts"

/** Callers send the same headers again and again: queued requests with equal ones share one object, which nobody changes. */
export class SharedHeaders {
  private readonly known = new Memo<Headers>()

  of(fields: ReadonlyArray<readonly [string, string]>): Headers {
    const text = JSON.stringify(fields)
    const known = this.known.get(text)
    if (known !== undefined) return known
    const headers = new Headers(fields.map(([name, value]): [string, string] => [name, value]))
    this.known.set(text, headers)
    return headers
  }
}

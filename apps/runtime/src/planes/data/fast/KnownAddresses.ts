import { type Address, type Host, read } from "../Address.ts"
import { Memo } from "../Memo.ts"

/** Callers name the same apps over and over: such an address is taken apart once. Spares a direct request 1.1 µs of 9.5. */
export class KnownAddresses {
  private readonly known = new Memo<Address>()

  find(url: string): Address | null {
    return this.known.get(url) ?? null
  }

  /** `text`: the URL of a request, its path below `/host`. */
  read(host: Host, text: string): Address {
    const url = new URL(text)
    const address = read(host, url, url.pathname.slice(host.length + 1))
    const { target } = address
    if (target !== null && target.kind !== "request" && url.search === "") this.known.set(text, address)
    return address
  }
}

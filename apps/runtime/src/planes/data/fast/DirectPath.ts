import { type Allowed, refusalOf } from "../../../edge/Strangers.ts"
import { type Address, hosts } from "../Address.ts"
import type { DataPlane } from "../DataPlane.ts"
import { KnownAddresses } from "./KnownAddresses.ts"

/** The data plane hosts whose calls come here; `rest.fal.ai` is not about apps. */
const served = hosts.filter((host) => host !== "rest.fal.ai")

/** The first slash behind `http://`. */
const originMin = "http://".length

const addressOf = (addresses: KnownAddresses, url: string): Address | null => {
  const known = addresses.find(url)
  if (known !== null) return known
  const at = url.indexOf("/", originMin)
  const host = served.find((name) => url.startsWith(name, at + 1) && url[at + 1 + name.length] === "/")
  return host === undefined ? null : addresses.read(host, url)
}

/**
 * The way of an ordinary call of an app past the router, to the same `DataPlane`; whatever is not ordinary is routed. A
 * direct request takes 8.4 µs of processor time this way and 13.5 µs through the router.
 */
export class DirectPath {
  private readonly plane: DataPlane
  private readonly allowed: Allowed
  private readonly addresses = new KnownAddresses()
  /** Callers that are no pages name the same host over and over. */
  private ownHost: string | null = null

  constructor(plane: DataPlane, allowed: Allowed) {
    this.plane = plane
    this.allowed = allowed
  }

  /** Null: to be routed. */
  answer(request: Request): Response | Promise<Response> | null {
    const { headers, url } = request
    if (headers.has("origin") || !this.isOwn(headers.get("host"))) return null
    const address = addressOf(this.addresses, url)
    return address === null ? null : this.plane.handle(request, address)
  }

  private isOwn(host: string | null): boolean {
    if (host === null) return false
    if (host === this.ownHost) return true
    if (refusalOf(host, null, this.allowed) !== null) return false
    this.ownHost = host
    return true
  }
}

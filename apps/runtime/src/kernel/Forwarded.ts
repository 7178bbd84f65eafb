/** Headers of the caller's connection (RFC 9110, 7.6.1): the one to a runner has its own. */
const ofConnection = [
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade"
]

/** By which the platform knows the caller: an app is not to act in its name. */
const ofCaller = ["authorization", "cookie", "x-fal-user-id"]

/** What the platform is asked for, and what it says itself. An app keeps files as `x-fal-object-lifecycle-preference` asks: that one is for it. */
const ofPlatform = [
  "x-ebb-service",
  "x-fal-no-retry",
  "x-fal-queue-priority",
  "x-fal-request-id",
  "x-fal-request-timeout",
  "x-fal-retry-config",
  "x-fal-runner-hint",
  "x-fal-store-io"
]

const withheld = new Set([...ofConnection, ...ofCaller, ...ofPlatform])

type Header = readonly [name: string, value: string]

/** Which headers of a request its runner gets: none of the platform's, and none of the connection's, which may name more. */
export const forwarded = (headers: Iterable<Header>): Array<Header> => {
  const all = [...headers]
  const connection = all.filter(([name]) => name.toLowerCase() === "connection").map(([, value]) => value)
  const named = new Set(connection.flatMap((value) => value.toLowerCase().split(",")).map((name) => name.trim()))
  return all.filter(([name]) => !withheld.has(name.toLowerCase()) && !named.has(name.toLowerCase()))
}

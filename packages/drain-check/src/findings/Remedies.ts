import type { Rollout } from "../CheckReport.ts"
import type { Facts } from "./Facts.ts"
import type { Snippet } from "./Servers.ts"

const isHttp2 = ({ protocol }: Rollout): boolean => protocol === "h2" || protocol === "h2c"

/** What makes it drain. */
export const drain = ({ graceful, server }: Facts): Snippet | null =>
  (isHttp2(graceful) ? server?.http2 : null) ?? server?.drain ?? null

/** What closes connections that would hold it up: over HTTP/2 no answer can ask for that. */
export const idle = ({ graceful, server }: Facts): Snippet | null =>
  (isHttp2(graceful) ? server?.http2 : server?.idle) ?? null

/** How a server asks its clients to close a connection. */
export const goodbye = (rollout: Rollout): string => (isHttp2(rollout) ? "GOAWAY" : "Connection: close")

/** "answer with Connection: close" */
export const sayGoodbye = (rollout: Rollout): string =>
  isHttp2(rollout) ? "close each HTTP/2 session in order, with GOAWAY" : "answer with Connection: close"

export const closeConnections = (rollout: Rollout): string =>
  isHttp2(rollout)
    ? "Once the signal has come, take no new HTTP/2 sessions and close each one in order, with GOAWAY: what is under way is still answered."
    : "Once the signal has come, close idle connections, and answer on the others with Connection: close."

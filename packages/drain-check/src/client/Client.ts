import type { Exchange } from "./Exchange.ts"
import * as Http1 from "./Http1.ts"
import * as Http2 from "./Http2.ts"
import { isHttp2, type Target } from "./Target.ts"

/** A connection that is kept for one request after the other. */
export type Kept = Http1.KeptHttp1 | Http2.Http2Connection

/** Sends a request over a connection of its own. */
export const sendAlone = (target: Target, exchange: Exchange): Http1.Abandon =>
  isHttp2(target) ? Http2.sendAlone(target, exchange) : Http1.sendAlone(target, exchange)

export const keep = (target: Target): Kept =>
  isHttp2(target) ? new Http2.Http2Connection(target) : new Http1.KeptHttp1(target)

import { connect as connectHttp2 } from "node:http2"
import { connect as connectTls } from "node:tls"
import { Exchange } from "./Exchange.ts"
import * as Http1 from "./Http1.ts"
import { originOf, type Protocol, type Target } from "./Target.ts"

/** A server that is silent for so long has begun to think about a request of HTTP/1.1. */
const silentMs = 1000
const handshakeMs = 2000
const badRequest = 400

const within = <A>(ms: number, otherwise: A, begin: (settle: (value: A) => void) => () => void): Promise<A> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => settle(otherwise), ms)
    const settle = (value: A): void => {
      clearTimeout(timer)
      resolve(value)
      setImmediate(() => stop())
    }
    const stop = begin(settle)
  })

type Heard = "http" | "bad request" | "not http" | "silence" | "refused"

/** What a plain request of HTTP/1.1 brings. */
const ask = (target: Target): Promise<Heard> =>
  within<Heard>(silentMs, "silence", (settle) => {
    const exchange = new Exchange(null, ({ answer, outcome }) => {
      if (answer.status > 0) return settle(answer.status === badRequest ? "bad request" : "http")
      settle(outcome?.is === "refused" ? "refused" : "not http")
    })
    exchange.answer.onBegin = (status) => settle(status === badRequest ? "bad request" : "http")
    return Http1.sendAlone({ ...target, protocol: "http" }, exchange)
  })

/** The protocol agreed on in a TLS handshake; null where there is none to be had. */
const shakeHands = ({ host, port }: Target): Promise<Protocol | null> =>
  within<Protocol | null>(handshakeMs, null, (settle) => {
    const socket = connectTls({ host, port, rejectUnauthorized: false, ALPNProtocols: ["h2", "http/1.1"] })
    socket.once("secureConnect", () => settle(socket.alpnProtocol === "h2" ? "h2" : "https"))
    socket.on("error", () => settle(null))
    socket.once("close", () => settle(null))
    return () => socket.destroy()
  })

/** Whether a server answers the preface of HTTP/2 with its settings. */
const knowsHttp2 = (target: Target): Promise<boolean> =>
  within(handshakeMs, false, (settle) => {
    const session = connectHttp2(originOf({ ...target, protocol: "h2c" }))
    session.once("remoteSettings", () => settle(true))
    session.on("error", () => settle(false))
    session.once("close", () => settle(false))
    return () => session.destroy()
  })

/**
 * What the server speaks: the request itself is tried in HTTP/1.1 first, since most are spoken to in that and a
 * handshake would look like an attack to some; then TLS, then HTTP/2 by prior knowledge. Null where it speaks none of them.
 */
export const detect = async (target: Target, isTls: boolean): Promise<Protocol | null> => {
  if (isTls) return shakeHands(target)
  const heard = await ask(target)
  if (heard === "http") return heard
  const shaken = await shakeHands(target)
  if (shaken !== null) return shaken
  if (heard === "silence" || heard === "bad request") return "http"
  return (await knowsHttp2(target)) ? "h2c" : null
}

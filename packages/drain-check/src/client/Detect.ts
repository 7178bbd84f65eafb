import { connect as connectHttp2 } from "node:http2"
import { connect as connectTls } from "node:tls"
import { Exchange } from "./Exchange.ts"
import * as Http1 from "./Http1.ts"
import { originOf, type Protocol, type Target } from "./Target.ts"

/** A server that is silent for so long has begun to think about a request of HTTP/1.1, or waits for bytes of another protocol. */
const silentMs = 1000
const handshakeMs = 2000
/** How long the request and HTTP/2 are waited for, where a server was silent to both. */
const patienceMs = 10_000
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

/** A plain request of HTTP/1.1, which is left open until it is given up. */
interface Asked {
  /** What it brings in the end. */
  readonly heard: Promise<Heard>
  readonly giveUp: () => void
}

const ask = (target: Target): Asked => {
  const { promise: heard, resolve } = Promise.withResolvers<Heard>()
  const exchange = new Exchange(null, ({ answer, outcome }) => {
    if (answer.status > 0) return resolve(answer.status === badRequest ? "bad request" : "http")
    resolve(outcome?.is === "refused" ? "refused" : "not http")
  })
  exchange.answer.onBegin = (status) => resolve(status === badRequest ? "bad request" : "http")
  return { heard, giveUp: Http1.sendAlone({ ...target, protocol: "http" }, exchange) }
}

/** What a request has brought after so long. */
const heardWithin = ({ heard }: Asked, ms: number): Promise<Heard> =>
  within<Heard>(ms, "silence", (settle) => {
    void heard.then(settle)
    return () => {}
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

/** Whether a server answers the preface of HTTP/2 with its settings; neither where it is silent until that is over. */
const knowsHttp2 = (target: Target, isOver: Promise<unknown>): Promise<boolean | null> =>
  within<boolean | null>(patienceMs, null, (settle) => {
    const session = connectHttp2(originOf({ ...target, protocol: "h2c" }))
    session.once("remoteSettings", () => settle(true))
    session.on("error", () => settle(false))
    session.once("close", () => settle(false))
    void isOver.then(() => settle(null))
    return () => session.destroy()
  })

/**
 * A server that was silent to a request of HTTP/1.1 and is none of TLS. It may think about the request, or be one of HTTP/2 that
 * is slow: the first word that it says tells, and of one that speaks both the answer to the request, if it comes. Null where it
 * has broken off both.
 */
const afterSilence = async (target: Target, asked: Asked): Promise<Protocol | null> => {
  const deadlineMs = performance.now() + patienceMs
  const isHttp2 = await knowsHttp2(target, asked.heard)
  if (isHttp2 === false) return (await heardWithin(asked, 0)) === "not http" ? null : "http"
  const heard = await heardWithin(asked, Math.max(0, deadlineMs - performance.now()))
  if (isHttp2 === true) return heard === "http" ? "http" : "h2c"
  if (heard !== "not http") return "http"
  return (await knowsHttp2(target, never)) === true ? "h2c" : null
}

const never = new Promise<never>(() => {})

/**
 * What the server speaks: the request itself is tried in HTTP/1.1 first, since most are spoken to in that and a
 * handshake would look like an attack to some; then TLS, then HTTP/2 by prior knowledge. Null where it speaks none of them.
 */
export const detect = async (target: Target, isTls: boolean): Promise<Protocol | null> => {
  if (isTls) return shakeHands(target)
  const asked = ask(target)
  try {
    const heard = await heardWithin(asked, silentMs)
    if (heard === "http") return heard
    const shaken = await shakeHands(target)
    if (shaken !== null) return shaken
    if (heard === "silence") return await afterSilence(target, asked)
    if (heard === "bad request") return "http"
    return (await knowsHttp2(target, never)) === true ? "h2c" : null
  } finally {
    asked.giveUp()
  }
}

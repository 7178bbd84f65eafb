import { createServer } from "node:net"
import { NoPortFree } from "./Errors.ts"

/** The lowest port drawn. */
export const portMin = 20_000
/** The highest port drawn: one below where Linux begins to give out ports by itself. */
export const portMax = 32_767
/** How long a port drawn is not drawn again, in milliseconds. */
export const restMs = 60_000

/** What a drawing needs of the world. */
export interface Options {
  /** Where the walk over the ports begins. */
  readonly start: number
  readonly nowMs: () => number
  readonly isFree: (port: number) => Promise<boolean>
}

const canListen = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EAFNOSUPPORT"))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })

/** Whether nothing listens on the port, on any address of this machine. */
export const isFree = async (port: number): Promise<boolean> =>
  (await canListen(port, "0.0.0.0")) && (await canListen(port, "::"))

/** A way to draw ports; the ports are walked in a circle, so that one is drawn again as late as can be. */
export const make = ({ isFree, nowMs, start }: Options): (() => Promise<number>) => {
  const drawnMs = new Map<number, number>()
  let next = Math.min(portMax, Math.max(portMin, start))
  const step = (): number => {
    const port = next
    next = port === portMax ? portMin : port + 1
    return port
  }
  return async () => {
    for (let tried = portMin; tried <= portMax; tried++) {
      const port = step()
      const now = nowMs()
      if (now - (drawnMs.get(port) ?? -Infinity) < restMs) continue
      // Before the test and not after it: another drawing may run while this one waits.
      drawnMs.set(port, now)
      if (await isFree(port)) return port
    }
    throw new NoPortFree({ portMin, portMax })
  }
}

/** Draws a port from 20000 to 32767 on which nothing listens and that was not drawn in the last 60 s. */
export const draw = make({
  start: portMin + Math.floor(Math.random() * (portMax - portMin + 1)),
  nowMs: () => performance.now(),
  isFree
})

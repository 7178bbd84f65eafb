import type { HealthCheck } from "@ebb/core/domain/App"
import { type Address, authorityOf } from "@ebb/processes/Ready"
import { connect } from "node:net"

/** Calls back when a check has taken as long as it may; the answer takes it back. */
type Limit = (over: () => void) => () => void

/** Whether the port takes a connection in time. */
export const tcp = ({ host, port }: Address, limit: Limit): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (ok: boolean) => () => {
      forget()
      socket.destroy()
      resolve(ok)
    }
    const forget = limit(end(false))
    socket.once("connect", end(true))
    socket.on("error", end(false))
  })

/** Whether the app's health endpoint answers 2xx in time (platform rule 7). */
export const health = async (address: Address, check: HealthCheck, limit: Limit): Promise<boolean> => {
  const inTime = new AbortController()
  const forget = limit(() => inTime.abort())
  try {
    const answer = await fetch(new URL(check.path, `http://${authorityOf(address)}`), {
      method: check.method,
      headers: { connection: "close" },
      keepalive: false,
      signal: inTime.signal
    })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  } finally {
    forget()
  }
}

import type { HealthCheck } from "@ebb/core/domain/App"
import { type Address, authorityOf } from "@ebb/processes/Ready"
import { connect } from "node:net"

/** Whether the port takes a connection within that wall time. */
export const tcp = ({ host, port }: Address, limitMs: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: limitMs })
    const end = (ok: boolean) => () => {
      socket.destroy()
      resolve(ok)
    }
    socket.once("connect", end(true))
    socket.once("timeout", end(false))
    socket.on("error", end(false))
  })

/** Whether the app's health endpoint answers 2xx within that wall time (platform rule 7). */
export const health = async (address: Address, check: HealthCheck, limitMs: number): Promise<boolean> => {
  try {
    const answer = await fetch(new URL(check.path, `http://${authorityOf(address)}`), {
      method: check.method,
      headers: { connection: "close" },
      keepalive: false,
      signal: AbortSignal.timeout(limitMs)
    })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}

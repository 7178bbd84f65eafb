import type { HealthCheck } from "@ebb/core/domain/App"
import type { Address } from "@ebb/processes/Ready"
import { connect } from "node:net"

const tcpMsMax = 5000

/** Whether the port takes a connection within 5 s. */
export const tcp = ({ host, port }: Address): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: tcpMsMax })
    const end = (ok: boolean) => () => {
      socket.destroy()
      resolve(ok)
    }
    socket.once("connect", end(true))
    socket.once("timeout", end(false))
    socket.on("error", end(false))
  })

/** Whether the app's health endpoint answers 2xx within its timeout (platform rule 7); wall time. */
export const health = async ({ host, port }: Address, check: HealthCheck): Promise<boolean> => {
  const name = host.includes(":") ? `[${host}]` : host
  try {
    const answer = await fetch(new URL(check.path, `http://${name}:${port}`), {
      method: check.method,
      headers: { connection: "close" },
      keepalive: false,
      signal: AbortSignal.timeout(check.timeoutSeconds * 1000)
    })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}

import type { NewKey } from "@ebb/protocol/rest/Shapes"
import type { Api } from "./Api.ts"

type Keys = Pick<Api, "createKey" | "revokeKey">

export type Way = "direct" | "queued"

/** Calls an app as its callers do: with a key of its own, which it gives back. */
export class Sender {
  private readonly api: Keys
  private readonly team: string
  private key: Promise<NewKey> | null = null

  constructor(api: Keys, team: string) {
    this.api = api
    this.team = team
  }

  private async authorization(): Promise<string> {
    this.key ??= this.api.createKey("sends from the dashboard")
    try {
      const { key_id, key_secret } = await this.key
      return `Key ${key_id}:${key_secret}`
    } catch (error) {
      this.key = null
      throw error
    }
  }

  /** Sends one request; the status of its answer: of a queued one when it is accepted. */
  async send(app: string, way: Way, seconds: number | null): Promise<number> {
    const host = way === "direct" ? "fal.run" : "queue.fal.run"
    const headers = { authorization: await this.authorization(), "content-type": "application/json" }
    const { status } = await fetch(`/${host}/${encodeURIComponent(this.team)}/${encodeURIComponent(app)}`, {
      method: "POST",
      headers: seconds === null ? headers : { ...headers, "x-ebb-service": `${Math.round(seconds * 1000)}ms` },
      body: "{}"
    })
    return status
  }

  /** Its key is revoked. */
  async end(): Promise<void> {
    const { key } = this
    this.key = null
    if (key !== null) await this.api.revokeKey((await key).key_id)
  }
}

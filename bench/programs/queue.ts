// `queue.ts FEW MANY`: how long a submission and a status take with so many requests waiting; medians, milliseconds.
import { start } from "./sandbox.ts"

const [few = "10", many = "100000"] = process.argv.slice(2)
const measuredEach = 400
const { key, stop, url } = await start(1, 1, "100000h")
const headers = { authorization: `Key ${key}`, "content-type": "application/json" }
const address = `${url}/queue.fal.run/local/app`

const submit = async (): Promise<string> => {
  const answer = await fetch(address, { method: "POST", headers, body: "{}" })
  const { request_id: id } = (await answer.json()) as { readonly request_id: string }
  return id
}

const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedMs = performance.now()
  await work()
  return performance.now() - startedMs
}

let waiting = 0
const fillTo = async (count: number): Promise<void> => {
  while (waiting < count) {
    const batch = Math.min(64, count - waiting)
    await Promise.all(Array.from({ length: batch }, submit))
    waiting += batch
  }
}

/** A submission and a status of what it made. */
const measure = async (): Promise<number> => {
  const times: Array<number> = []
  for (let n = 0; n < measuredEach; n++) {
    times.push(
      await timed(async () => {
        const id = await submit()
        await (await fetch(`${address}/requests/${id}/status`, { headers })).arrayBuffer()
        await (await fetch(`${address}/requests/${id}/cancel`, { method: "PUT", headers })).arrayBuffer()
      })
    )
  }
  return median(times)
}

await fillTo(Number(few))
await measure()
const fewMs = await measure()
await fillTo(Number(many))
const manyMs = await measure()
await stop()
process.stdout.write(JSON.stringify({ fewMs, manyMs }), () => process.exit(0))

import * as Body from "@ebb/runtime/edge/Body"
import { limits } from "@ebb/runtime/edge/Limits"
import { expect, test } from "vitest"

const mebibyte = new Uint8Array(2 ** 20)

/** A request whose body is that long, comes in pieces of 1 MiB, and stops there or ends. */
const request = (mebibytes: number, isWhole: boolean): Request => {
  let sent = 0
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (sent++ < mebibytes) return controller.enqueue(mebibyte)
      if (isWhole) return controller.close()
      return new Promise(() => {})
    }
  })
  return new Request("http://localhost/", { method: "POST", body, headers: { "transfer-encoding": "chunked" } })
}

const largest = limits.bodyBytes / 2 ** 20

const statusOf = async (reading: ReturnType<typeof Body.read>): Promise<number | string> => {
  const read = await reading
  return read instanceof Response ? read.status : `${read.length / 2 ** 20} MiB`
}

test("a body of 100 MiB is taken, one byte more is not, announced or not", async () => {
  expect(await statusOf(Body.read(request(largest, true)))).toBe("100 MiB")
  expect(await statusOf(Body.read(request(largest + 1, true)))).toBe(413)
  const headers = { "content-length": String(limits.bodyBytes + 1) }
  expect(await statusOf(Body.read(new Request("http://localhost/", { method: "POST", headers })))).toBe(413)
})

test("where half-sent bodies take more than 512 MiB together, the oldest gives way, and others go on", async () => {
  const half = Array.from({ length: limits.bodiesBytes / limits.bodyBytes }, () =>
    Body.read(request(largest - 1, false))
  )
  const more = [Body.read(request(largest, true)), Body.read(request(largest, true))]
  expect(await statusOf(half[0]!)).toBe(503)
  expect(await Promise.all(more.map(statusOf))).toEqual(["100 MiB", "100 MiB"])
})

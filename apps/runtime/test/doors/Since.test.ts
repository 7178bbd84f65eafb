import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import * as Messages from "@ebb/runtime/planes/grpc/GrpcMessages"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"

const hourMs = 3_600_000
const nowMs = Date.now()

/** What `--since "1h ago"` becomes on the wire in a zone so many hours east of Greenwich: the clock on the wall, said to be UTC. */
const sentMs = (eastHours: number) => nowMs - hourMs + eastHours * hourMs
const read = (atMs: number): number => Date.parse(Effect.runSync(Messages.since(timestampFromMs(atMs))) ?? "never")

describe("the start_time of the Python command line", () => {
  it("is what it says where clocks show UTC", () => {
    assert.strictEqual(read(sentMs(0)), sentMs(0))
  })

  it("leaves out nobody who ended since, wherever the clock hangs", () => {
    for (const east of [-11, -5, 2, 9, 14]) {
      const since = read(sentMs(east))
      assert.isAtMost(since, Math.max(sentMs(0), sentMs(east) - 14 * hourMs), `${east} h east`)
      assert.isAtMost(since, nowMs, `${east} h east`)
    }
  })
})

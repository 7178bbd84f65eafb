import * as Ports from "@ebb/processes/Ports"
import { createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { vi } from "vitest"

const setup = (taken: ReadonlySet<number> = new Set(), start = Ports.portMin) => {
  const clock = { nowMs: 0 }
  const isFree = async (port: number): Promise<boolean> => !taken.has(port)
  return { clock, draw: Ports.make({ start, nowMs: () => clock.nowMs, isFree }) }
}

describe("Ports", () => {
  it("goes round the ports and starts over behind the last", async () => {
    const { draw } = setup(new Set(), Ports.portMax - 1)
    assert.deepStrictEqual(
      [await draw(), await draw(), await draw()],
      [Ports.portMax - 1, Ports.portMax, Ports.portMin]
    )
  })

  it("passes over a port that is taken", async () => {
    const { draw } = setup(new Set([20_000, 20_001, 20_003]))
    assert.deepStrictEqual([await draw(), await draw()], [20_002, 20_004])
  })

  it("gives drawings that overlap different ports", async () => {
    const { draw } = setup()
    const ports = await Promise.all(Array.from({ length: 50 }, draw))
    assert.strictEqual(new Set(ports).size, 50)
  })

  it("does not draw a port again for a minute", async () => {
    const free = 20_005
    const taken = new Set(Array.from({ length: Ports.portMax - Ports.portMin + 1 }, (_, at) => Ports.portMin + at))
    taken.delete(free)
    const { clock, draw } = setup(taken)
    const fails = async (): Promise<string> => {
      try {
        return `drew ${await draw()}`
      } catch (error) {
        return String(error)
      }
    }
    assert.strictEqual(await draw(), free)
    clock.nowMs = Ports.restMs - 1
    assert.include(await fails(), "no port from 20000 to 32767 is free")
    clock.nowMs += Ports.restMs
    assert.strictEqual(await draw(), free)
  })

  it("sees a listener on the loopback address alone", async () => {
    const port = await Ports.draw()
    // Tests of other processes look at the same ports, and whoever looks has it for an instant.
    await vi.waitUntil(() => Ports.isFree(port), { timeout: 100_000 })
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve))
    assert.isFalse(await Ports.isFree(port))
    await new Promise((resolve) => server.close(resolve))
  })
})

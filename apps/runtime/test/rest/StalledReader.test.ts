import * as Api from "@ebb/protocol/rest/Api"
import type { Changes, Snapshot } from "@ebb/protocol/rest/Events"
import { limits } from "@ebb/runtime/edge/Limits"
import { Events } from "@ebb/runtime/planes/rest/EventStream"
import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { Restarted, spec } from "../Restarted.ts"

/** A listener that reads a message only when it is told to. */
class Reader {
  private readonly messages: Array<Snapshot | Changes> = []
  private wake = (): void => {}
  private ready = (): void => {}

  readonly send = (message: Snapshot | Changes): Promise<void> => {
    this.messages.push(message)
    this.wake()
    return new Promise((resolve) => (this.ready = resolve))
  }

  /** The next message; it has no room for another until it is asked for that. */
  async read(): Promise<Snapshot | Changes> {
    if (this.messages.length === 0) this.ready()
    while (this.messages.length === 0) await new Promise<void>((resolve) => (this.wake = resolve))
    return this.messages.shift()!
  }
}

describe("a reader of the event stream that stalls", () => {
  const { endedRunners, rollouts } = limits
  let ebb: Restarted
  let reader: Reader

  beforeEach(async () => {
    limits.endedRunners = 2
    limits.rollouts = 3
    ebb = new Restarted()
    await ebb.up(spec("1ms"))
    await serving([])
    reader = new Reader()
    ebb.running.get(Events).follow(() => true, reader.send)
  })

  afterEach(async () => {
    Object.assign(limits, { endedRunners, rollouts })
    await ebb.remove()
  })

  const params = { app: "llm" }

  /** The runner that serves, once it is none of those. */
  const serving = async (before: ReadonlyArray<string>): Promise<string> => {
    const { runners } = await ebb.until(
      () => ebb.ask(Api.appRunners, { params, query: {} }),
      (seen) => seen.runners.some(({ runner_id, state }) => state === "IDLE" && !before.includes(runner_id))
    )
    return runners.find(({ state }) => state === "IDLE")!.runner_id
  }

  /** Kills one runner after another; those that were killed, then the one that serves. */
  const killed = async (count: number): Promise<ReadonlyArray<string>> => {
    const ids = [await serving([])]
    for (let n = 0; n < count; n++) {
      await ebb.ask(Api.killRunner, { params: { runner: ids.at(-1)! } })
      ids.push(await serving(ids))
    }
    return ids
  }

  /** What is done each minute. */
  const forget = () => ebb.kernel.world.runners.forgetEnded({ beforeMs: 0, endedRunners: 2, endedLogLines: Infinity })

  /** How many runners the stream has yet to tell it of, which no message shows. */
  const kept = (): number => {
    const [follower] = Reflect.get(ebb.running.get(Events), "followers") as ReadonlySet<{
      readonly missed: { readonly runners: ReadonlySet<string> }
    }>
    return follower!.missed.runners.size
  }

  const idsOf = ({ runners }: Snapshot | Changes): ReadonlyArray<string> => runners.map(({ id }) => id)

  it("is told in one message of all that it missed, where that is remembered", async () => {
    const first = await reader.read()
    const [before, ...others] = await killed(2)
    forget()
    const told = await reader.read()
    assert.deepStrictEqual([first.type, told.type], ["snapshot", "changes"])
    assert.deepStrictEqual(idsOf(first), [before!])
    assert.sameMembers([...idsOf(told), ...(told.type === "changes" ? told.gone : [])], [before!, ...others])
    assert.deepStrictEqual(
      told.runners.filter(({ state }) => state === "IDLE").map(({ id }) => id),
      [others.at(-1)!]
    )
  })

  it("is told all anew where one runner more ended than is remembered: none stays with it for good", async () => {
    const first = await reader.read()
    const ids = await killed(3)
    forget()
    assert.isNull(ebb.kernel.world.runners.find(ids[0]!))
    const told = await reader.read()
    assert.deepStrictEqual(idsOf(first), [ids[0]!])
    assert.deepStrictEqual([told.type, idsOf(told)], ["snapshot", [ids.at(-1)!]])
    assert.isAbove(told.seq, first.seq)
  })

  it("has nothing kept for it beyond twice as many, and is told of what happens after that as before", async () => {
    await reader.read()
    await killed(5)
    await ebb.until(kept, (count) => count > 2 * limits.endedRunners)
    forget()
    const last = (await killed(1)).at(-1)!
    await ebb.until(kept, (count) => count === 0)
    const told = await reader.read()
    assert.deepStrictEqual([told.type, idsOf(told)], ["snapshot", [last]])
    const [, next] = await killed(1)
    let seen = await reader.read()
    while (!seen.runners.some(({ id, state }) => id === next && state === "IDLE")) seen = await reader.read()
    assert.strictEqual(seen.type, "changes")
  })

  it("is told all anew where there was one rollout more than is remembered", async () => {
    await reader.read()
    for (let n = 0; n < 4; n++) await ebb.ask(Api.rollout, { params, query: {}, body: { force: true } })
    const told = await reader.read()
    assert.strictEqual(told.type, "snapshot")
  })
})

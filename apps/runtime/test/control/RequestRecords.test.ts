import { RequestKind } from "@ebb/core/tables/RequestState"
import { outcomesAtOnce, RequestWriter } from "@ebb/runtime/control/RequestRecords"
import type { LiveRequest } from "@ebb/runtime/kernel/LiveRequest"
import * as Turns from "@ebb/runtime/kernel/Turns"
import { beforeEach, describe, expect, test } from "vitest"

describe("thousands of requests", () => {
  let steps: Array<string>
  let transactions: number
  let afterwards: Array<() => void>
  let writer: RequestWriter

  beforeEach(() => {
    steps = []
    transactions = 0
    afterwards = []
    const database = {
      eventually: (write: () => void) => write(),
      transaction: (write: () => void) => {
        transactions++
        write()
        for (const told of afterwards.splice(0)) told()
      },
      afterCommit: (run: () => void) => void afterwards.push(run)
    }
    const queue = {
      retried: (id: string, used: ReadonlyArray<number>) => void steps.push(`${id} retried ${used.join()}`),
      sent: (id: string, attempt: number) => void steps.push(`${id} sent ${attempt}`),
      settle: (id: string) => {
        steps.push(`${id} settled`)
        return false
      }
    }
    writer = new RequestWriter({ database, queue } as never)
  })

  const request = (n: number, kind: RequestKind = RequestKind.queued): LiveRequest =>
    ({ id: `q${n}`, kind, runner: { id: "r" }, app: {}, caller: {} }) as never
  const count = 3 * Turns.portion
  const lose = (): void => {
    const used = [1, 0, 0]
    for (let n = 0; n < count; n++) writer.retried(request(n), used)
    // The Fleet's own list, which changes with the next attempt.
    used[0] = 9
  }

  test("that go into back-off at once are written down a part in each turn of the event loop, each in one transaction", async () => {
    lose()
    expect(steps).toEqual([])
    const seen: Array<number> = []
    while (steps.length < count) {
      await new Promise(setImmediate)
      if (steps.length !== (seen.at(-1) ?? 0)) seen.push(steps.length)
    }
    expect(seen).toEqual([Turns.portion, 2 * Turns.portion, count])
    expect(transactions).toBe(3)
    expect(new Set(steps).size).toBe(count)
    expect(steps.at(-1)).toBe(`q${count - 1} retried 1,0,0`)
  })

  test("in back-off are written down before anything else of them is, each once", async () => {
    lose()
    const [one, other] = [request(count - 1), request(count - 2)]
    writer.sent(one, 2)
    writer.settled(other, { outcome: "cancelled", status: 499, errorType: null, attempts: 1, answer: null })
    expect(steps).toEqual([`q${count - 1} retried 1,0,0`, `q${count - 1} sent 2`, `q${count - 2} retried 1,0,0`])
    while (steps.length < count + 2) await new Promise(setImmediate)
    expect(new Set(steps).size).toBe(count + 2)
  })

  test("in back-off are all written down when the sandbox ends", () => {
    lose()
    writer.close()
    expect(steps.length).toBe(count)
  })

  test("in back-off are not written down where nobody will try them again after a restart", async () => {
    writer.retried(request(1, RequestKind.direct), [0, 0, 0])
    await new Promise(setImmediate)
    expect(steps).toEqual([])
  })

  const lost = { outcome: "errored", status: 503, errorType: "runner_disconnected", attempts: 1, answer: null } as const
  const ended = 3 * outcomesAtOnce
  /** Their callers note what they hear after what was written. */
  const end = (): void => {
    for (let n = 0; n < ended; n++) {
      const caller = { kept: () => void steps.push(`q${n} told`) }
      writer.settled({ ...request(n), caller } as never, lost)
    }
  }

  test("that end at once are written down a part in each turn, and each caller is told when its own is", async () => {
    end()
    expect(steps).toEqual([])
    const seen: Array<number> = []
    while (steps.length < 2 * ended) {
      await new Promise(setImmediate)
      if (steps.length !== (seen.at(-1) ?? 0)) seen.push(steps.length)
    }
    expect(seen).toEqual([2 * outcomesAtOnce, 4 * outcomesAtOnce, 2 * ended])
    expect(transactions).toBe(3)
    for (let n = 0; n < ended; n += 50)
      expect(steps.indexOf(`q${n} told`)).toBeGreaterThan(steps.indexOf(`q${n} settled`))
  })

  test("that have ended: one that somebody asks about is written down before it is looked at, once", async () => {
    end()
    writer.settleNow(`q${ended - 1}`)
    writer.settleNow(`q${ended - 1}`)
    writer.settleNow("of nobody")
    expect(steps).toEqual([`q${ended - 1} settled`, `q${ended - 1} told`])
    while (steps.length < 2 * ended) await new Promise(setImmediate)
    expect(new Set(steps).size).toBe(2 * ended)
  })

  test("that have ended are all written down when the sandbox ends, and those that end after it at once", () => {
    end()
    writer.close()
    expect(steps.length).toBe(2 * ended)
    writer.settled(request(ended), lost)
    expect(steps.at(-1)).toBe(`q${ended} settled`)
  })
})

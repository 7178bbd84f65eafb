import { Backlog } from "@ebb/sim/jobs/Backlog"
import { assert, it } from "vitest"

/** Twenty jobs of which the first, on this thread, took 50 ms of the 600 since the beginning. */
const oneDone = (): Backlog => {
  const backlog = new Backlog(1000)
  backlog.expect(20)
  backlog.ask()
  backlog.beginHere(1550)
  backlog.endHere(1600)
  backlog.done()
  return backlog
}

it("what is left takes as long for each job as the last one took", () => {
  assert.strictEqual(oneDone().leftMs(1600), 19 * 50)
})

it("a job that takes longer than the one before shows that the others may too", () => {
  const backlog = oneDone()
  backlog.ask()
  backlog.beginHere(1600)
  assert.strictEqual(backlog.leftMs(1800), 19 * 200)
})

it("nothing is left when nothing was done yet, nor when all is done", () => {
  const backlog = new Backlog(0)
  backlog.expect(1)
  assert.strictEqual(backlog.leftMs(600), 0)
  backlog.ask()
  backlog.beginHere(0)
  backlog.endHere(700)
  backlog.done()
  assert.strictEqual(backlog.leftMs(700), 0)
})

it("jobs that nobody announced count once they are asked for", () => {
  const backlog = new Backlog(0)
  for (let job = 0; job < 3; job++) backlog.ask()
  backlog.beginHere(600)
  assert.strictEqual(backlog.leftMs(700), 300)
})

it("the first jobs of a thread are taken to be slower than the others", () => {
  const backlog = new Backlog(0)
  backlog.expect(20)
  backlog.ask()
  backlog.beginHere(0)
  assert.strictEqual(backlog.leftMs(400), (20 * 400) / 4)
})

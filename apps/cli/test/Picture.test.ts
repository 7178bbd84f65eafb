import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import * as Terminal from "@ebb/cli/kit/Terminal"
import { Picture } from "@ebb/cli/watch/RolloutPicture"
import { assert, describe, expect, it } from "@effect/vitest"
import { app, changes, draining, finished, report, runner, snapshot, startMs } from "./EventSamples.ts"
import * as FakeIo from "./FakeIo.ts"
import { begun } from "./golden/Samples.ts"

const size = { columns: 80, rows: 24 }
const terminalOf = (env: Readonly<Record<string, string>>) =>
  Terminal.make(FakeIo.make({ terminal: true, columns: 80 }).io.stdout, env, false)
const plain = terminalOf({ NO_COLOR: "1", LANG: "C.UTF-8" })

const show = (picture: Picture, at = size, atMs = 0, terminal = plain): string =>
  `\n${picture.render(terminal, at, startMs + atMs).join("\n")}\n`

/** Watched from before its beginning; the clocks of both machines are the same. */
const watched = (rollout: RolloutSummary, ...later: ReadonlyArray<ReturnType<typeof changes>>): Picture => {
  const picture = new Picture()
  picture.fold(snapshot, startMs)
  picture.begin(rollout)
  for (const message of later) picture.fold(message, message.atMs)
  return picture
}

describe("the picture of a rollout", () => {
  it("shows who drains, who went and who came", () => {
    expect(show(watched(begun, draining), size, 6000)).toMatchInlineSnapshot(`
      "
      Rollout r-17 of demo (graceful)                                           00:06
        11111111  DRAINING      3 in flight    ███░░░░░░░░░░░░░   grace 24 s left
        22222222  TERMINATED    idle           after 100 ms
      + 44444444  PENDING                      starting for 6 s
      drained 0 · errored 0 · retried 0 · waiting 2 · slots ready 0 of 12
      "
    `)
  })
  it("says when those that came should be ready, and how long they have been starting when that has passed", () => {
    const came = { ...runner(4, "PENDING"), expectedReadyMs: startMs + 8000 }
    const picture = watched(begun, draining, changes(3, 200, { runners: [came] }))
    assert.include(show(picture, size, 6000), "44444444  PENDING                      ready in about 2 s\n")
    assert.include(show(picture, { columns: 40, rows: 24 }, 6000), "44444444 PENDING     in 2 s\n")
    assert.include(show(picture, size, 8001), "44444444  PENDING                      starting for 8 s\n")
  })
  it("knows what the stream told before the command was answered", () => {
    const picture = new Picture()
    for (const message of [snapshot, draining, changes(3, 200, { rollouts: [{ ...begun, drained: 2 }] })]) {
      picture.fold(message, message.atMs)
    }
    picture.begin(begun)
    assert.include(show(picture), "drained 2")
  })
  it("goes on while nothing is heard", () => {
    const picture = watched(begun, draining)
    assert.include(show(picture, size, 6000), "grace 24 s left")
    assert.include(show(picture, size, 29_000), "grace 1 s left")
    assert.include(show(picture, size, 75_000), "grace 0 s left")
    assert.include(show(picture, size, 75_000), "01:15")
  })
  it("knows from the report what became of each, and stops its clock, not those of who still starts", () => {
    const picture = watched(begun, draining, finished)
    picture.learn(report)
    expect(show(picture, size, 90_000)).toMatchInlineSnapshot(`
      "
      Rollout r-17 of demo (graceful)                                           00:03
        11111111  TERMINATED    3 drained      drained in 3.1 s
        22222222  TERMINATED    idle           after 100 ms
      + 44444444  PENDING                      starting for 1 min 30 s
      drained 3 · errored 0 · retried 0 · waiting 2 · slots ready 0 of 12
      "
    `)
  })
  it("stays whole in 40 columns", () => {
    const text = show(watched(begun, draining), { columns: 40, rows: 24 }, 6000)
    expect(text).toMatchInlineSnapshot(`
      "
      Rollout r-17 of demo (graceful)   00:06
        11111111 DRAINING   3 █░░░░░ 24 s
        22222222 TERMINATED idle after 100 ms
      + 44444444 PENDING     6 s
      drained 0 · errored 0 · retried 0
      waiting 2 · slots ready 0 of 12
      "
    `)
    assert.isTrue(text.split("\n").every((line) => line.length < 40))
  })
  it("shows the ids in full where there is room for them", () => {
    const text = show(watched(begun, draining), { columns: 200, rows: 60 }, 6000)
    assert.include(text, `${runner(1, "IDLE").id}  DRAINING`)
  })
  it("shows those that drain where there is no room for all", () => {
    const idle = Array.from({ length: 60 }, (_, at) => ({ ...runner(1, "IDLE"), id: `${at}-idle-runner` }))
    const busy = { ...runner(1, "DRAINING", 3), id: "busy-one" }
    const picture = new Picture()
    picture.fold({ ...snapshot, runners: [...idle, { ...busy, state: "RUNNING", graceEndsMs: null }] }, startMs)
    picture.begin(begun)
    picture.fold(changes(2, 10, { runners: [busy], rollouts: [begun] }), startMs + 10)
    const lines = show(picture, size, 20).trim().split("\n")
    assert.isBelow(lines.length, size.rows - 3)
    assert.isTrue(lines.some((line) => line.includes("busy-one  DRAINING")))
    assert.include(lines.at(-2), "… 44 more: 44 IDLE")
  })
  it("takes those that drained already into an escalation, and nobody else", () => {
    const escalated: RolloutSummary = { ...begun, escalated: { runners: 1, inFlight: 1 } }
    const text = show(
      watched(escalated, changes(2, 10, { runners: [runner(3, "DRAINING", 1)], rollouts: [begun] })),
      size,
      20
    )
    expect(text).toMatchInlineSnapshot(`
      "
      Rollout r-17 of demo (graceful, escalated by force)                       00:00
        33333333  DRAINING      1 in flight    ░░░░░░░░░░░░░░░░   grace 30 s left
      drained 0 · errored 0 · retried 0 · waiting 0 · slots ready 12 of 12
      "
    `)
  })
  it("says that a force took it over, whoever gave it", () => {
    const taken: RolloutSummary = { ...begun, escalatedAt: new Date(startMs + 5).toISOString() }
    const text = show(
      watched(begun, changes(2, 10, { runners: [runner(3, "DRAINING", 1)], rollouts: [taken] })),
      size,
      20
    )
    assert.include(text, "Rollout r-17 of demo (graceful, escalated by force)")
  })
  it("says of who was killed at the end of its grace that it was cut only where a request was lost", () => {
    const picture = watched(begun, draining, finished)
    const late = { endedBy: "grace_exceeded", graceExceeded: true } as const
    picture.learn({ ...report, runners: report.runners.map((one) => ({ ...one, ...late })) })
    assert.include(show(picture), "3 drained      killed at the end of its grace\n")
    picture.learn({ ...report, runners: report.runners.map((one) => ({ ...one, ...late, drained: 2, retried: 1 })) })
    assert.include(show(picture), "2 drained, 1 retried  cut at the end of its grace\n")
    const timedOut = { ...late, drained: 2, errored: 1, lost: 0 }
    picture.learn({ ...report, runners: report.runners.map((one) => ({ ...one, ...timedOut })) })
    assert.include(show(picture), "2 drained, 1 errored  killed at the end of its grace\n")
  })
  it("says so in colour too, which changes no word", () => {
    const cut: RolloutReport = {
      ...report,
      runners: report.runners.map((one) => ({ ...one, drained: 2, errored: 1, endedBy: "grace_exceeded" as const }))
    }
    const picture = watched(begun, draining, finished)
    picture.learn(cut)
    const coloured = show(picture, size, 0, terminalOf({ LANG: "C.UTF-8" }))
    assert.include(coloured, "\u001b[31mTERMINATED\u001b[0m")
    // oxlint-disable-next-line no-control-regex
    assert.strictEqual(coloured.replace(/\u001b\[[\d;]*m/g, ""), show(picture))
  })
  it("draws in ASCII where there is nothing else", () => {
    assert.include(show(watched(begun, draining), size, 15_000, terminalOf({ LANG: "C" })), "########........")
    assert.include(show(watched(begun, draining), size, 15_000), "████████░░░░░░░░")
  })
  it("is about its own app's slots", () => {
    const later = changes(3, 200, { apps: [{ ...app, slotsReady: 8, waiting: 1 }] })
    assert.include(show(watched(begun, draining, later)), "waiting 1 · slots ready 8 of 12")
    const grown = changes(3, 200, { apps: [{ ...app, slotsReady: 20, waiting: 1 }] })
    assert.include(show(watched(begun, draining, grown)), "waiting 1 · slots ready 20, 12 before")
  })
})

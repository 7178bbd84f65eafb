import * as DryRunText from "@ebb/cli/sandbox/DryRunText"
import type { DryRun } from "@ebb/protocol/rest/Shapes"
import { assert, describe, it } from "vitest"

type Way = DryRun["ways"][number]

const exactly = (value: number) => ({ mean: value, low: value, high: value, n: 200 })
const way = (mode: Way["mode"], failed: Way["requestsErrored"], recoveryMs: number, more: Partial<Way> = {}): Way => ({
  mode,
  inFlight: {
    atStart: exactly(12),
    drained: exactly(12),
    errored: failed,
    retried: exactly(0),
    cancelled: exactly(0)
  },
  recoveryMs: exactly(recoveryMs),
  enoughMs: exactly(recoveryMs),
  fewer: null,
  requestsErrored: failed,
  never: null,
  ...more
})

const plain = { isTerminal: true, colour: false, unicode: true, columns: 80 }
const render = (...ways: ReadonlyArray<Way>): string =>
  DryRunText.render({ app: "llm", atMs: 0, forks: 200, tookMs: 800, ways }, plain)

describe("a dry run in words", () => {
  it("says first which way loses least, then the others, the numbers and the command, in 80 columns", () => {
    const text = render(
      way("graceful", { mean: 2.3, low: 0.4, high: 6.2, n: 200 }, 2700),
      way("replace", exactly(0), 0),
      way("force", exactly(12), 2700)
    )
    assert.match(
      text.replaceAll("\n", " "),
      /^► Use replace now, with 12 requests in flight: nothing fails and capacity stays full\. With graceful, 2\.3 \(0–7\) requests fail and capacity is full again after 2\.7 s\. With force, 12 requests fail and capacity is full again after 2\.7 s\./
    )
    assert.include(text, "Run: ebb apps rollout llm --order replace_first\n")
    for (const line of text.split("\n")) assert.isAtMost(line.length, 80, line)
  })

  it("counts the requests in flight now, not those that replace meets later", () => {
    const later = way("replace", exactly(0), 0)
    const replace = { ...later, inFlight: { ...later.inFlight, atStart: exactly(15), drained: exactly(15) } }
    assert.match(
      render(way("graceful", exactly(1), 2700), replace).replaceAll("\n", " "),
      /^► Use replace now, with 12 requests in flight: nothing fails/
    )
    assert.match(render(replace), /^With replace, nothing fails and capacity stays full\./)
  })

  it.each([
    [6000, 8000, "about 7.0 s"],
    [6000, 800_000, "6.0 s to 13 min 20 s"],
    [0, 23_000, "most likely less than 23.0 s"]
  ])("says when capacity is full again by an average only where forks agree: %d to %d ms", (low, high, said) => {
    const text = render(way("force", exactly(12), 0, { enoughMs: { mean: 7000, low, high, n: 200 } }))
    assert.include(text.replaceAll("\n", " "), `capacity is full again after ${said}.`)
  })

  it.each([
    [200, 17.2, 1, "after 5.0 s, with fewer than before (17.2 of 32)."],
    [50, 17.2, 1, "after 5.0 s, in 50 of 200 forks with fewer than before (17.2 of 32)."],
    [200, 0, 0, "after 5.0 s, with fewer than before (none of 32), so that the next request waits for a start."]
  ])("says that fewer slots than before are enough: in %d forks %d", (n, mean, spread, said) => {
    const slots = { mean, low: mean - spread, high: mean + spread, n }
    const text = render(way("force", exactly(12), 5000, { recoveryMs: null, fewer: { slots, before: 32 } }))
    assert.include(
      text.replaceAll("\n", " "),
      `12 requests fail and the app has as many slots again as it needs ${said}`
    )
    assert.match(text, /│ force .* 5\.0 s │/)
  })

  it("says in how many forks there were too few slots for all the time", () => {
    const text = render(way("force", exactly(12), 5000, { enoughMs: { ...exactly(5000), n: 188 } }))
    assert.include(text.replaceAll("\n", " "), "capacity is full again after 5.0 s, but not in 12 of 200 forks.")
  })

  it("of one way says what that does", () => {
    const text = render(way("force", exactly(12), 2700))
    assert.match(
      text.replaceAll("\n", " "),
      /^With force, with 12 requests in flight, 12 requests fail and capacity is full again after 2\.7 s\./
    )
    assert.include(text, "Run: ebb apps rollout llm --force\n")
  })

  it("does not advise what may never end", () => {
    const text = render(way("replace", exactly(0), 0, { never: "it has not ended" }), way("graceful", exactly(1), 2700))
    assert.match(text, /^► Use graceful now/)
    assert.include(text.replaceAll("\n", " "), "With replace, it has not ended.")
  })

  it("does not boast that nothing fails where nothing is in flight", () => {
    const idle = (mode: Way["mode"], recoveryMs: number): Way => {
      const { inFlight, ...rest } = way(mode, exactly(0), recoveryMs)
      return { ...rest, inFlight: { ...inFlight, atStart: exactly(0), drained: exactly(0) } }
    }
    assert.match(
      render(idle("graceful", 2700), idle("replace", 0)).replaceAll("\n", " "),
      /^► Use replace now, while no request is in flight: capacity stays full\. With graceful, capacity is full again after 2\.7 s\. /
    )
  })

  it("says of what fails in few forks that it hardly will", () => {
    const text = render(way("graceful", { mean: 0.04, low: 0, high: 1, n: 200 }, 0), way("force", exactly(12), 2700))
    assert.match(
      text.replaceAll("\n", " "),
      /in flight: most likely nothing fails, at worst 1 request, and capacity stays full\. /
    )
    assert.match(text, / 0\.04 [^]* \(0–1\) /)
  })

  it("claims nothing where nothing is in flight and no slot is ready", () => {
    const none = (mode: Way["mode"]): Way => {
      const { inFlight, ...rest } = way(mode, exactly(0), 0)
      return { ...rest, inFlight: { ...inFlight, atStart: exactly(0), drained: exactly(0) } }
    }
    assert.match(render(none("graceful"), none("force")), /^No request is in flight and no slot is ready: /)
  })
})

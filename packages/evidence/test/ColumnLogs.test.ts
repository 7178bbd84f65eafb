import { assert, describe, it } from "vitest"
import { read, refusal, told } from "./Reading.ts"

const csv = (...rows: ReadonlyArray<string>): string => rows.join("\n")

describe("a log with columns", () => {
  it("is known by their names; what was guessed is told", () => {
    const requests = read(
      csv(
        "request_id,sent_at,started_at,ended_at,status_code,runner_id",
        "a,2026-11-28T17:00:00Z,2026-11-28T17:00:01Z,2026-11-28T17:00:03.5Z,200,r1",
        "b,2026-11-28T17:00:02Z,2026-11-28T17:00:02Z,2026-11-28T17:00:03Z,503,r2",
        "a,2026-11-28T17:00:00Z,2026-11-28T17:00:01Z,2026-11-28T17:00:03.5Z,200,r1",
        "c,2026-11-28T17:00:04Z,2026-11-28T17:00:05Z,,200,r1",
        "d,2026-11-28T17:00:05Z,2026-11-28T17:00:04Z,2026-11-28T17:00:06Z,200,r1",
        "e,2026-11-28T17:00:06Z,2026-11-28T17:00:06Z,2026-11-28T17:00:05Z,200,r1"
      )
    )
    assert.deepStrictEqual(told(requests), [
      "+0 ms, 2500 ms, completed, r1",
      "+2000 ms, 1000 ms, error, r2",
      "+4000 ms, no end, completed, r1",
      "+5000 ms, 1000 ms, completed, r1"
    ])
    assert.deepStrictEqual(requests.meaning, { duration: "service", waits: true, outcomes: true })
    assert.deepStrictEqual(requests.dropped, [
      { reason: "with an id that an earlier one has", count: 1 },
      { reason: "began before it was sent: the clocks differ; counted as not waiting", count: 1 },
      { reason: "ended before it began", count: 1 },
      { reason: "without an end: left out of the times", count: 1 }
    ])
    assert.include(requests.notes[0]!, "arrival=sent_at, start=started_at, end=ended_at, status=status_code")
  })

  it("knows words for failures; of one that it does not know it says what it takes it for", () => {
    const words = ["ok", "errored", "504 Gateway Timeout", "internal_error", "UNAVAILABLE", "cancelled", "blue", "blue"]
    const rows = words.map((word, at) => `${1795881600 + at},250,${word}`)
    const requests = read(csv("ts,took_ms,status", ...rows))
    assert.deepStrictEqual(
      told(requests).map((line) => line.split(", ")[2]),
      ["completed", "error", "error", "error", "error", "userError", "completed", "completed"]
    )
    assert.include(requests.notes, 'status "blue" is taken as completed (2 requests)')
  })

  it.each([
    ["a name", csv("ts,took_ms", "1795881600,250", "1795881601,300"), 250],
    [
      "a name in JSON",
      '{"ts": 1795881600000, "http": {"durationMs": 250}}\n{"ts": 1795881601000, "http": {"durationMs": 300}}',
      250
    ],
    ["whole numbers", csv("ts,latency", "1795881600,250", "1795881601,300"), 250],
    ["fractions", csv("ts,latency", "1795881600,0.25", "1795881601,0.3"), 250],
    ["large whole numbers", csv("ts,latency", "1795881600,250000", "1795881601,300000"), 250]
  ])("has durations whose unit is known by %s", (_, text, ms) => {
    assert.strictEqual(told(read(text))[0], `+0 ms, ${ms} ms, completed`)
  })

  it.each([
    "1795881600.5",
    "1795881600500",
    "1795881600500000",
    "1795881600500000000",
    "2026-11-28T16:00:00.5Z",
    "28/Nov/2026:17:00:00 +0100"
  ])("has times since 1970 in any unit, and others: %s", (time) => {
    const [arrivalMs] = read(csv("arrival,latency", `${time},0.5`)).arrivalMs
    assert.closeTo(arrivalMs!, Date.UTC(2026, 10, 28, 16, 0, 0, time.startsWith("28") ? 0 : 500), 0.001)
  })

  it("of nginx has the time of the end", () => {
    const requests = read(
      csv("time,status,request_time", "28/Nov/2026:17:00:05 +0000,200,2.5", "28/Nov/2026:17:00:06 +0000,200,0.5")
    )
    assert.deepStrictEqual(told(requests), ["+0 ms, 2500 ms, completed", "+3000 ms, 500 ms, completed"])
    assert.include(requests.notes, "time is when a request ended")
  })

  it("may be told what holds what", () => {
    const text = csv("a,b,c", "1795881600,17,x", "1795881601,18,y")
    assert.match(refusal(text), /^1: has no column that looks like a time, only a, b, c; say --column arrival=NAME$/)
    const requests = read(text, { columns: { arrival: "a", duration: "b", runner: "c" }, unit: "ms" })
    assert.deepStrictEqual(told(requests), ["+0 ms, 17 ms, completed, x", "+1000 ms, 18 ms, completed, y"])
    assert.match(refusal(text, { columns: { arrival: "z" } }), /^1: has no column z; it has a, b, c$/)
  })

  it("is refused with the line where a time is none, and asked about where a unit cannot be", () => {
    assert.match(
      refusal(csv("time,latency", "1795881600,1", "soon,2")),
      /^3: time must be a time such as .*, got "soon"$/
    )
    assert.match(
      refusal(csv("time,latency_s", "1795881600,250", "1795881601,310")),
      /are they ms\? Say --unit ms, or --unit s if they are right$/
    )
    assert.match(refusal(csv("time,latency_ms", "1795881600,0.25", "1795881601,0.31")), /^accepted$/)
  })

  it("is refused where it is something else", () => {
    assert.match(refusal(""), /^1: is empty/)
    assert.match(refusal('[{"ts": 1}]'), /^1: is one JSON array; write one object a line/)
    assert.match(
      refusal(csv("time,latency", "1795881600,1", '{"time": 2}')),
      /^3: must have as many fields as the header \(2\), but has 1$/
    )
  })

  it("is told where local times go back by an hour, and that times without an offset are read as UTC", () => {
    const clock = (minute: number): string =>
      `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`
    const rows = (minutes: ReadonlyArray<number>, zone = "") =>
      read(["time,took_s", ...minutes.map((minute) => `2026-10-25 ${clock(minute)}:00${zone},1`)].join("\n")).notes
    const hour = Array.from({ length: 60 }, (_, at) => 120 + at)
    const jump = /times go back by about an hour at 1 place of the file/
    assert.match(rows([...hour, ...hour, 180]).join("\n"), jump)
    assert.include(rows(hour), "times without an offset are read as UTC")
    assert.notMatch(rows([...hour, ...hour], "+02:00").join("\n"), /without an offset|go back/)
    // One request that took an hour, written when it ended; a file in no order.
    assert.notMatch(rows([...hour, 180, 120, 181, 182]).join("\n"), jump)
    assert.notMatch(rows([...hour, 0, ...hour, 120]).join("\n"), jump)
  })

  it.each(["", "-"])("leaves out what had no upstream, where nginx writes none as '%s'", (none) => {
    const rows = ["2026-11-28T17:00:05.250Z,2.400,200,10.1.0.1:80", `2026-11-28T17:00:06.250Z,${none},200,${none}`]
    const requests = read(["time_iso8601,upstream_response_time,status,upstream_addr", ...rows].join("\n"))
    assert.deepStrictEqual(told(requests), ["+0 ms, 2400 ms, completed, 10.1.0.1:80"])
    assert.deepStrictEqual(requests.dropped, [
      { reason: "line had no upstream: answered by the proxy itself, left out", count: 1 }
    ])
  })

  it("is told how many requests stand in it twice; those with ids of their own are not alike", () => {
    const rows = Array.from({ length: 50 }, (_, at) => `${1_795_881_600 + at},1.5,200,r1`)
    const log = (lines: ReadonlyArray<string>, head = "time,took_s,status,runner") =>
      read([head, ...lines].join("\n")).notes
    const twice = [...rows, ...rows]
    assert.include(log(twice).join("\n"), "50 of 100 requests are exact duplicates of an earlier one")
    assert.notInclude(log(rows).join("\n"), "duplicates")
    const told = log(
      twice.map((row, at) => `${row},id${at}`),
      "time,took_s,status,runner,request_id"
    ).join("\n")
    assert.notInclude(told, "duplicates")
  })
})

import { assert, describe, it } from "vitest"
import { read, refusal, told } from "./Reading.ts"

const line = (time: string, status: number, rest: string): string =>
  `10.0.0.7 - - [28/Nov/2026:17:00:${time} +0100] "POST /v1/generate HTTP/1.1" ${status} 512 "-" "curl/8 \\"x\\""${rest}`

const lines = (...all: ReadonlyArray<string>): string => `${all.join("\n")}\n`

describe("an nginx log", () => {
  it("with $request_time says when requests ended; what is the work is not known", () => {
    const requests = read(lines(line("05", 200, " 2.500"), line("06", 502, " 1.250"), line("06", 404, " 0.000")))
    assert.deepStrictEqual(told(requests), [
      "+0 ms, 2500 ms, completed",
      "+2250 ms, 1250 ms, error",
      "+3500 ms, 0 ms, userError"
    ])
    assert.deepStrictEqual(requests.meaning, { duration: "latency", waits: false, outcomes: true })
    assert.strictEqual(requests.arrivalMs[0], Date.UTC(2026, 10, 28, 16, 0, 2, 500))
  })

  it("with upstream times and addresses says what is work, of several upstreams the last, and on which runner", () => {
    const requests = read(
      lines(
        line("05", 200, ' 2.500 "0.100, 2.300" "10.1.0.1:8000, 10.1.0.2:8000"'),
        line("07", 200, " 1.250 1.240 10.1.0.1:8000")
      )
    )
    assert.deepStrictEqual(told(requests), [
      "+0 ms, 2300 ms, completed, 10.1.0.2:8000",
      "+3250 ms, 1240 ms, completed, 10.1.0.1:8000"
    ])
    assert.strictEqual(requests.meaning.duration, "service")
    assert.include(requests.notes.join("\n"), "1 of 2 requests went to more than one upstream")
  })

  it.each([[" 2.500 1.200, 1.300 10.1.0.1:8000, 10.1.0.2:8000"], [" 2.500 1.200 : 1.300 10.1.0.1:80 : 10.1.0.2:8000"]])(
    "names several upstreams without quotes too:%s",
    (rest) => {
      assert.deepStrictEqual(told(read(lines(line("05", 200, rest)))), ["+0 ms, 1300 ms, completed, 10.1.0.2:8000"])
    }
  )

  it.each([
    [" 2.500 2.400 10.1.0.1:80", " 0.000 - -", " 5.000 - -", " 5.000 5.000 10.1.0.1:80"],
    [
      ' rt=2.500 urt="2.400" uaddr="10.1.0.1:80"',
      ' rt=0.000 urt="-" uaddr="-"',
      ' rt=5 urt="-"',
      ' rt=5.000 urt="5.000"'
    ]
  ])("leaves out what never reached a runner, not what a caller gave up there:%s", (done, own, left, abandoned) => {
    const text = lines(
      line("00", 200, own),
      line("05", 200, done),
      line("06", 200, own),
      line("07", 499, left),
      line("08", 499, abandoned),
      line("09", 503, own)
    )
    const requests = read(text)
    assert.deepStrictEqual(
      told(requests).map((each) => each.replace(", 10.1.0.1:80", "")),
      ["+0 ms, 2400 ms, completed", "+500 ms, 5000 ms, userError", "+6500 ms, 0 ms, error"]
    )
    assert.deepStrictEqual(requests.dropped, [
      { reason: "lines had no upstream: answered by the proxy itself, left out", count: 2 },
      { reason: "line had no upstream: the caller left before there was one, left out", count: 1 }
    ])
    assert.include(requests.notes, "1 caller left while a runner was at work: the time until then counts as work")
    assert.include(requests.notes, "1 request failed without an upstream: no runner worked on it, it stays an arrival")
  })

  it("does not take another variable that is empty for an upstream", () => {
    const requests = read(lines(line("05", 200, ' 2.500 "-"'), line("06", 200, ' 1.500 "10.9.9.9"')))
    assert.deepStrictEqual([requests.count, requests.dropped], [2, []])
    const both = read(lines(line("05", 200, ' 2.500 "-" 2.400 10.1.0.1:80')))
    assert.deepStrictEqual(told(both), ["+0 ms, 2400 ms, completed, 10.1.0.1:80"])
  })

  it("may name its times, and have them to the millisecond", () => {
    const requests = read(lines(line("05", 200, ' rt=2.500 urt="2.400" uaddr="10.1.0.1:80" msec=1795881605.250')))
    assert.deepStrictEqual(told(requests), ["+0 ms, 2400 ms, completed, 10.1.0.1:80"])
    assert.strictEqual(requests.arrivalMs[0], 1_795_881_602_750)
  })

  it("without any times has arrivals alone, and says what to add", () => {
    const requests = read(lines(line("05", 200, ""), line("06", 200, "")))
    assert.deepStrictEqual(requests.meaning.duration, "none")
    assert.include(requests.notes.join("\n"), "add $request_time")
    assert.deepStrictEqual(requests.dropped, [])
  })
})

describe("an Apache log", () => {
  it("says when requests began, with %D in microseconds", () => {
    const requests = read(lines(line("05", 200, " 250000"), line("06", 200, " 1000000")))
    assert.deepStrictEqual(told(requests), ["+0 ms, 250 ms, completed", "+1000 ms, 1000 ms, completed"])
    assert.include(requests.notes.join("\n"), "microseconds, Apache's %D")
  })

  it("has %T in seconds", () => {
    assert.deepStrictEqual(told(read(lines(line("05", 200, " 2"), line("06", 200, " 31")))), [
      "+0 ms, 2000 ms, completed",
      "+1000 ms, 31000 ms, completed"
    ])
  })
})

describe("an access log that is none", () => {
  it("for a line that is cut off is read without it; for many it is refused with the first", () => {
    const good = Array.from({ length: 9 }, () => line("05", 200, " 2.500"))
    const cut = read(lines(...good) + line("05", 200, " 2.500").slice(0, 40))
    assert.strictEqual(cut.count, 9)
    assert.deepStrictEqual(cut.dropped, [{ reason: "lines that are broken", count: 1 }])
    assert.match(
      refusal(lines(...good, '{"ts": 1}', '{"ts": 2}')),
      /^10: is no line of the combined access log that the file begins as: \{"ts": 1\}$/
    )
  })

  it("is asked about where its times are a thousand times too large", () => {
    const inMs = lines(...Array.from({ length: 9 }, (_, at) => line("05", 200, ` ${200 + at}.000`)))
    assert.match(
      refusal(inMs),
      /^1: read as s, its durations have a median of 3 min 24 s, and all are whole numbers: are they ms\? Say --unit ms/
    )
    assert.include(told(read(inMs, { columns: {}, unit: "ms" })), "+4 ms, 204 ms, completed")
    assert.include(told(read(inMs, { columns: {}, unit: "s" })), "+4000 ms, 204000 ms, completed")
  })
})

const alb = (times: string, target = "10.1.0.1:80", status = "200"): string =>
  `https 2026-11-28T17:00:05.250000Z app/lb/50dc 192.168.1.1:2817 ${target} ${times} ${status} ${status} 34 366 "POST https://x:443/ HTTP/2" "curl" - - arn:x "Root=1-5"`

describe("a log of an AWS load balancer", () => {
  it("has the target's time as work; -1 is a request that reached none", () => {
    const requests = read(lines(alb("0.001 2.000 0.049"), alb("-1 -1 -1", "-", "503")))
    assert.deepStrictEqual(told(requests), ["+0 ms, 2000 ms, completed, 10.1.0.1:80", "+2050 ms, no end, error"])
    assert.deepStrictEqual(requests.dropped, [{ reason: "without an end: left out of the times", count: 1 }])
  })

  it("leaves out what its balancer answered itself", () => {
    const requests = read(
      lines(alb("0.001 2.000 0.049"), alb("-1 -1 -1", "-", "301"), alb("-1 -1 -1", "-", "460"), alb("-1 -1 -1"))
    )
    assert.strictEqual(requests.count, 2)
    assert.deepStrictEqual(requests.dropped.slice(0, 2), [
      { reason: "line had no upstream: answered by the proxy itself, left out", count: 1 },
      { reason: "line had no upstream: the caller left before there was one, left out", count: 1 }
    ])
    assert.include(requests.notes, "1 request lost the target (times of -1)")
  })

  it("is refused where its times are none", () => {
    assert.match(
      refusal(lines(alb("0.001 2.000 0.049"), alb("a b c"), alb("a b c"))),
      /^2: is no line of the AWS load balancer access log/
    )
  })
})

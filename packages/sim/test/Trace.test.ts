import { RowError } from "@ebb/rows/RowError"
import { feedAll } from "@ebb/rows/Feed"
import { type Columns, TraceReader, type TraceTimes } from "@ebb/sim/workload/Trace"
import type { Unit } from "@ebb/text/Duration"
import { assert, describe, it } from "vitest"

const rows = [
  "TIMESTAMP,Tokens",
  "2023-11-16 18:17:03.9799600,10",
  "2023-11-16 18:17:04.0319600,8",
  "2023-11-16 18:18:00,27"
]

const read = (
  text: string,
  times: TraceTimes | null,
  columns: ReadonlyArray<string> = [],
  untilMs = Infinity
): Columns => {
  const reader = new TraceReader({ times, columns, untilMs })
  feedAll(text, reader)
  return reader.columns()
}

const timesOf = (text: string, unit: Unit = "s", untilMs = Infinity): ReadonlyArray<number> => [
  ...read(text, { timestamp: "TIMESTAMP", unit }, [], untilMs).timesMs
]

const confirmTimes = (text: string): void => {
  const [first, second, third] = timesOf(text)
  assert.strictEqual(first, 0)
  assert.closeTo(second!, 52, 0.001)
  assert.closeTo(third!, 56_020.04, 0.001)
}

describe("a trace", () => {
  it.each([
    ["LF and a last newline", `${rows.join("\n")}\n`],
    ["LF without a last newline", rows.join("\n")],
    ["CRLF and a last newline", `${rows.join("\r\n")}\r\n`],
    ["CRLF without a last newline", rows.join("\r\n")],
    ["line ends of both kinds", `${rows[0]}\r\n${rows[1]}\n${rows[2]}\r\n${rows[3]}\n`],
    ["a byte order mark", `\uFEFF${rows.join("\n")}`],
    ["empty lines at its end", `${rows.join("\n")}\n\n\n`],
    [
      "quotation marks",
      rows
        .map((row) =>
          row
            .split(",")
            .map((field) => `"${field}"`)
            .join(",")
        )
        .join("\n")
    ],
    ["blanks around its fields", rows.map((row) => row.replace(",", " , ")).join("\n")]
  ])("is read with %s", (_, text) => {
    confirmTimes(text)
    assert.deepStrictEqual([...read(text, null, ["Tokens"]).values.get("Tokens")!], [10, 8, 27])
  })

  it.each([
    ["blank between day and time", (text: string) => text],
    ["ISO with T and Z", (text: string) => `${text.replace(" ", "T")}Z`],
    ["ISO with T, of no zone: UTC", (text: string) => text.replace(" ", "T")],
    ["ISO with an offset", (text: string) => `${text.replace(" 18", "T20")}+02:00`]
  ])("has times as a %s", (_, write) => {
    const [header, ...others] = rows
    const changed = others.map((row) => `${write(row.split(",")[0]!)},1`)
    confirmTimes([header, ...changed].join("\n"))
  })

  it("has one to seven digits after the second", () => {
    const times = ["03", "03.1", "03.12", "03.123", "03.1234", "03.12345", "03.123456", "03.1234567"]
    const text = ["TIMESTAMP", ...times.map((second) => `2023-11-16 18:17:${second}`)].join("\n")
    const expected = [0, 100, 120, 123, 123.4, 123.45, 123.456, 123.4567]
    timesOf(text).forEach((ms, row) => assert.closeTo(ms, expected[row]!, 0.0005))
  })

  it("goes on past midnight, the end of a month and a leap day", () => {
    const text = "TIMESTAMP\n2024-02-28 23:59:59\n2024-02-29 00:00:01\n2024-03-01 00:00:01"
    assert.deepStrictEqual(timesOf(text), [0, 2000, 86_402_000])
  })

  it.each([
    ["ns", 1e-6],
    ["us", 1e-3],
    ["ms", 1],
    ["s", 1000],
    ["m", 60_000],
    ["h", 3_600_000]
  ] as const)("has numbers of %s as times; the first row is t = 0", (unit, factor) => {
    const expected = [0, 1.5, 1.5, 3].map((value) => value * factor)
    timesOf("TIMESTAMP\n7\n8.5\n8.5\n1e1", unit).forEach((ms, row) => assert.closeTo(ms, expected[row]!, 1e-9))
  })

  it("has equal times, but none that is earlier than the one before", () => {
    assert.deepStrictEqual(timesOf("TIMESTAMP\n1\n1\n1"), [0, 0, 0])
    assert.throws(() => timesOf("TIMESTAMP\n1\n2\n1.999\n"), /earlier/)
  })

  it.each([
    ["TIMESTAMP\n1\n\n2", 3],
    ["TIMESTAMP,n\n1,1\n2\n", 3],
    ["TIMESTAMP\n1\nsoon\n", 3],
    ["TIMESTAMP\r\n1\r\n2\r\n1\r\n", 4],
    ["TIMESTAMP\r\n1\r\nsoon\n3\r\n", 3],
    ["TIMESTAMP,n\r\n1,1\r\n2\n3,3\r\n", 3],
    ["TIMESTAMP\r\n1\r\n\n2\r\n", 3],
    ['n,TIMESTAMP\n"a\nb",1\nc,soon\n', 4],
    ["time\n1\n", 1]
  ])("is refused with the line: %j", (text, line) => {
    try {
      timesOf(text)
    } catch (error) {
      assert.instanceOf(error, RowError)
      return assert.strictEqual(error.line, line)
    }
    assert.fail("it was accepted")
  })

  it("is quoted on one line, however long or strange what stands in it is", () => {
    const text = `TIMESTAMP\n1\n"so\u001b[31m\n${"o".repeat(1000)}n"\n`
    assert.throws(() => timesOf(text), /got "so \[31m o+…"$/)
  })

  it("is read no further than it is wanted", () => {
    assert.deepStrictEqual(timesOf("TIMESTAMP\n1\n2\n11\nno time\n", "s", 10_000), [0, 1000])
    assert.throws(() => timesOf("TIMESTAMP\n1\n2\nno time\n", "s", 10_000), /no time/)
  })

  it("may be put in order by the reader", () => {
    const { timesMs, values } = read("t,n\n5,1\n2,2\n20,4\n2,3\n", { timestamp: "t", sort: true }, ["n"], 10_000)
    assert.deepStrictEqual([...timesMs], [0, 0, 3000])
    assert.deepStrictEqual([...values.get("n")!], [2, 3, 1])
  })

  it("may have the time of the end and how long it took", () => {
    const times = { timestamp: "end", duration: "took" }
    assert.deepStrictEqual([...read("end,took\n10,1\n11,9\n12,1.5\n", times).timesMs], [0, 7000, 8500])
  })

  it("may be JSON Lines, its columns by their paths", () => {
    const lines = [
      '{"timestamp": 27, "usage": {"out": 52}}',
      '{"timestamp": 29, "usage": {"out": 7}, "hash_ids": [1, 2]}'
    ]
    const { timesMs, values } = read(lines.join("\n"), { timestamp: "timestamp", unit: "ms" }, ["usage.out"])
    assert.deepStrictEqual([...timesMs], [0, 2])
    assert.deepStrictEqual([...values.get("usage.out")!], [52, 7])
  })

  it.each([
    ['{"t": 1}\n{"t": 2', 2, /is not JSON/],
    ['{"t": 1}\n[2]', 2, /must be a JSON object/],
    ['{"t": 1}\n{"u": 2}', 2, /t must be a number as in the first row, got nothing/],
    ['{"u": 1}', 1, /has no column t; it has u/]
  ])("of JSON Lines is refused with the line: %j", (text, line, problem) => {
    assert.throws(() => read(text, { timestamp: "t" }), problem)
    try {
      read(text, { timestamp: "t" })
    } catch (error) {
      assert.strictEqual((error as RowError).line, line)
    }
  })

  it.each([
    ["semicolons", ";"],
    ["tabs", "\t"]
  ])("may have %s between its fields", (_, delimiter) => {
    const text = ["Timestamp,Response tokens", "1,10", "2,4"].join("\n").replaceAll(",", delimiter)
    assert.deepStrictEqual([...read(text, { timestamp: "Timestamp" }, ["Response tokens"]).timesMs], [0, 1000])
  })

  it.each([
    [
      "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n2023-11-16 18:17:04.4799600,1,8\n",
      500
    ],
    [
      "TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10 00:00:00.009930+00:00,2162,5\n2024-05-10 00:00:00.017335+00:00,1,8\n",
      7.405
    ],
    ["app,func,end_timestamp,duration\na,f,10,0.5\na,g,11,1\n", 500],
    [
      "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,Conversation log\n45,GPT-4,1,2,3,API log\n",
      40_000
    ],
    [
      '{"timestamp": 0, "input_length": 6758, "output_length": 500, "hash_ids": [0]}\n{"timestamp": 3000, "input_length": 1, "output_length": 5}',
      3000
    ],
    [
      "gmt_create,predict_type,predict_status,exec_time_seconds\n2024-11-15 18:16:14,TXT_2_IMG,SUCCEED,43.0\n2024-11-15 16:57:50,TXT_2_IMG,FAILED,32.0\n",
      4_704_000
    ],
    [
      "request_id,input_tokens,output_tokens,arrival_time_us,last_chunk_time_us,status\n0,12,7,1000000,1500000,ok\n1,12,7,1250000,1900000,ok\n",
      250
    ]
  ])("that is public is known by its columns: %j", (text, secondMs) => {
    assert.closeTo(read(text, {}).timesMs[1]!, secondMs, 1e-3)
  })

  it("whose column is named in other letters is told so", () => {
    assert.throws(
      () => read("Timestamp,n\n1,2\n", { timestamp: "timestamp" }),
      /has no column timestamp; did you mean Timestamp\?/
    )
  })

  it("whose columns nobody knows must be told where its times are", () => {
    assert.throws(
      () => read("when,what\n1,2\n", {}),
      /is no trace that is known by its columns \(when, what\); name the one of the times/
    )
  })

  it("is a sample of the rows that have a value, where none arrives", () => {
    const text = "at,n\n1,4\n2,\n3,6\n"
    assert.deepStrictEqual([...read(text, null, ["n"]).values.get("n")!], [4, 6])
    assert.deepStrictEqual([...read('{"n":4}\n{"n":null}\n{"n":6}\n', null, ["n"]).values.get("n")!], [4, 6])
    assert.throws(() => read(text, { timestamp: "at" }, ["n"]), /n must be a number from 0 on, got ""/)
    assert.throws(() => read("at,n\n1,\n2,\n", null, ["n"]), /n is empty in every row/)
  })
})

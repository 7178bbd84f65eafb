import * as Trace from "@ebb/sim/workload/Trace"
import { assert, describe, it } from "vitest"

const rows = [
  "TIMESTAMP,Tokens",
  "2023-11-16 18:17:03.9799600,10",
  "2023-11-16 18:17:04.0319600,8",
  "2023-11-16 18:18:00,27"
]

const timesOf = (text: string, unit: "ms" | "s" | "m" | "h" = "s"): ReadonlyArray<number> => [
  ...Trace.times(Trace.read(text), "TIMESTAMP", unit)
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
    assert.deepStrictEqual([...Trace.numbers(Trace.read(text), "Tokens")], [10, 8, 27])
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
    ["ms", 1],
    ["s", 1000],
    ["m", 60_000],
    ["h", 3_600_000]
  ] as const)("has numbers of %s as times; the first row is t = 0", (unit, factor) => {
    assert.deepStrictEqual(
      timesOf("TIMESTAMP\n7\n8.5\n8.5\n1e1", unit),
      [0, 1.5, 1.5, 3].map((value) => value * factor)
    )
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
      assert.instanceOf(error, Trace.TraceError)
      return assert.strictEqual(error.line, line)
    }
    assert.fail("it was accepted")
  })

  it("is quoted on one line, however long or strange what stands in it is", () => {
    const text = `TIMESTAMP\n1\n"so\u001b[31m\n${"o".repeat(1000)}n"\n`
    assert.throws(() => timesOf(text), /got "so \[31m o+…"$/)
  })
})

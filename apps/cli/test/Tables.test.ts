import * as Terminal from "@ebb/cli/kit/Terminal"
import * as Since from "@ebb/cli/kit/Since"
import * as Table from "@ebb/cli/kit/Table"
import { assert, describe, expect, it } from "@effect/vitest"

const columns: ReadonlyArray<Table.Column> = [
  { header: "Name", keep: true },
  { header: "In Flight\nRequests", dim: /\(\d+\)/ },
  { header: "What it is for" },
  { header: "Count", align: "right" }
]

const file: Terminal.Terminal = { isTerminal: false, colour: false, unicode: true, columns: null }
const terminal = (width: number): Terminal.Terminal => ({ ...file, isTerminal: true, columns: width })

const rows = [["myapp-with-a-name", "3 (1)", "text and images, on demand", "12"]]
const drawn = (to: Terminal.Terminal, given = rows): string => `\n${Table.render(columns, given, to)}`

describe("a table", () => {
  it("is as wide as it needs off a terminal", () => {
    expect(drawn({ ...file, columns: 40 })).toMatchInlineSnapshot(`
      "
      ┏━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━┓
      ┃                   ┃ In Flight ┃                            ┃       ┃
      ┃ Name              ┃ Requests  ┃ What it is for             ┃ Count ┃
      ┡━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━┩
      │ myapp-with-a-name │ 3 (1)     │ text and images, on demand │    12 │
      └───────────────────┴───────────┴────────────────────────────┴───────┘
      "
    `)
  })
  it("wraps and cuts on a narrow terminal, though never a name", () => {
    expect(drawn(terminal(54))).toMatchInlineSnapshot(`
"
┏━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━┓
┃                   ┃ In Flight ┃ What it is ┃       ┃
┃ Name              ┃ Requests  ┃ for        ┃ Count ┃
┡━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━┩
│ myapp-with-a-name │ 3 (1)     │ text and   │    12 │
│                   │           │ images, on │       │
│                   │           │ demand     │       │
└───────────────────┴───────────┴────────────┴───────┘
"
`)
  })
  it("is a block of lines per row where nothing helps", () => {
    expect(drawn(terminal(30))).toMatchInlineSnapshot(`
"
Name: myapp-with-a-name
In Flight Requests: 3 (1)
What it is for: text and images, on demand
Count: 12
"
`)
  })
  it("is drawn in ASCII where the locale has no more", () => {
    expect(drawn({ ...file, unicode: false })).toMatchInlineSnapshot(`
"
+--------------------------------------------------------------------+
|                   | In Flight |                            |       |
| Name              | Requests  | What it is for             | Count |
|-------------------+-----------+----------------------------+-------|
| myapp-with-a-name | 3 (1)     | text and images, on demand |    12 |
+--------------------------------------------------------------------+
"
`)
  })
  it("has a header and a foot without any row", () => {
    expect(drawn(file, [])).toMatchInlineSnapshot(`
"
┏━━━━━━┳━━━━━━━━━━━┳━━━━━━━━━━━━━━━━┳━━━━━━━┓
┃      ┃ In Flight ┃                ┃       ┃
┃ Name ┃ Requests  ┃ What it is for ┃ Count ┃
┡━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━━━━━━━━╇━━━━━━━┩
└──────┴───────────┴────────────────┴───────┘
"
`)
  })
  it("counts characters that take two columns, and shows what would move the cursor", () => {
    expect(drawn(file, [["日本", "1", "a\u001b[31mb\nc", "2"]])).toMatchInlineSnapshot(`
"
┏━━━━━━┳━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━┓
┃      ┃ In Flight ┃                 ┃       ┃
┃ Name ┃ Requests  ┃ What it is for  ┃ Count ┃
┡━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━╇━━━━━━━┩
│ 日本 │ 1         │ a\\x1b[31mb\\x0ac │     2 │
└──────┴───────────┴─────────────────┴───────┘
"
`)
  })
  it("colours on request alone", () => {
    const coloured = Table.render(columns, rows, { ...file, colour: true })
    assert.include(coloured, "\u001b[1mName             \u001b[0m")
    assert.include(coloured, "3 \u001b[2m(1)\u001b[0m")
    assert.notInclude(drawn(file), "\u001b")
  })
})

describe("a terminal", () => {
  const widthOf = (columns: number | undefined, env = {}) =>
    Terminal.make({ write: () => {}, isTerminal: true, columns }, env, false).columns
  it("is 80 columns wide where it does not say, or says 0", () => {
    assert.deepStrictEqual([widthOf(undefined), widthOf(0), widthOf(132)], [80, 80, 132])
    assert.strictEqual(widthOf(132, { COLUMNS: "60" }), 60)
  })
})

describe("a time", () => {
  const hourMs = 3_600_000
  it.each([
    ["now", 0],
    ["90s", 90_000],
    ["15m", hourMs / 4],
    ["24h ago", 24 * hourMs],
    ["2 hours ago", 2 * hourMs],
    ["1d", 24 * hourMs],
    ["yesterday", 24 * hourMs]
  ])("%s is relative", (word, backMs) => {
    const earliestMs = Date.now() - backMs
    const atMs = Date.parse(Since.anyTime(word))
    assert.isAtLeast(atMs, earliestMs)
    assert.isAtMost(atMs, Date.now() - backMs)
  })
  it("is local without an offset", () => {
    const local = new Date(2026, 0, 2, 3, 4, 5).toISOString()
    assert.deepStrictEqual(["2026-01-02T03:04:05", "2026-01-02 03:04:05"].map(Since.anyTime), [local, local])
    assert.strictEqual(Since.anyTime("2026-01-02"), new Date(2026, 0, 2).toISOString())
  })
  it("takes an offset", () => {
    const expected = "2026-01-02T01:04:05.000Z"
    const words = ["2026-01-02T01:04:05Z", "2026-01-02T03:04:05+02:00", "2026-01-02 03:04:05+0200"]
    assert.deepStrictEqual(words.map(Since.anyTime), [expected, expected, expected])
  })
  it.each(["15", "", "bogus!!", "5 weeks", "2026-13-40", "-1h"])("%s is none", (word) =>
    assert.throws(() => Since.anyTime(word), `Invalid since value: ${word}. Use 'now', relative like '15m'`)
  )
  it("is at most a day back where that is asked for, with a minute to spare", () => {
    assert.throws(() => Since.withinDay("2 days ago"), "Since value is older than the allowed limit 1 day.")
    assert.doesNotThrow(() => Since.withinDay("1d"))
  })
})

import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Files from "@ebb/cli/kit/Files"
import * as Json from "@ebb/cli/kit/Json"
import * as Progress from "@ebb/cli/kit/Progress"
import * as ShellWords from "@ebb/text/ShellWords"
import { quote } from "@ebb/cli/kit/Text"
import { version } from "@ebb/text/Version"
import * as Table from "@ebb/cli/kit/Table"
import * as Sparkline from "@ebb/cli/kit/Sparkline"
import * as FakeIo from "./FakeIo.ts"

it("has the version of its package", () =>
  assert.strictEqual(version, JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8")).version))

it("quotes as Python does", () => {
  assert.deepStrictEqual(["x", "it's", `a'b"c`, "a\nb\\"].map(quote), ["'x'", `"it's"`, `'a\\'b"c'`, "'a\\nb\\\\'"])
})

it("quotes for a shell only what needs it", () => {
  assert.strictEqual(ShellWords.command(["a.yaml", "x == 0", "it's $1", ""]), `a.yaml "x == 0" 'it'\\''s $1' ""`)
})

it("writes JSON on one line in ASCII that reads back", () => {
  const value = { b: [1, null, "é✘😀\u007f"], a: { x: true, gone: undefined, typed: new Float64Array([1, 2]).length } }
  const text = Json.stringify(value)
  assert.strictEqual(text, '{"b": [1, null, "\\u00e9\\u2718\\ud83d\\ude00\\u007f"], "a": {"x": true, "typed": 2}}')
  assert.deepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
})

describe("columns", () => {
  const rows = [
    { label: "one", cells: ["1 ± 2", "–", "3"] },
    { label: "  two", cells: ["1", "22222222222", "3"] }
  ]
  it("stand side by side where they fit", () => {
    assert.deepStrictEqual(Table.plain(["a", "b", "c"], rows, 41), [
      "               a             b          c",
      "one        1 ± 2             –          3",
      "  two          1   22222222222          3"
    ])
  })
  it("go on below where they do not", () => {
    const lines = Table.plain(["a", "b", "c"], rows, 30)
    assert.deepStrictEqual(lines.slice(3), ["", "               c", "one            3", "  two          3"])
    assert.isTrue(lines.every((line) => line.length <= 30))
  })
})

describe("sparklines", () => {
  it("keep peaks and troughs", () => {
    assert.deepStrictEqual(Sparkline.condense([1, 9, 2, 2], 2, "greatest"), [9, 2])
    assert.deepStrictEqual(Sparkline.condense([1, 9, 2, 2], 2, "least"), [1, 2])
    assert.deepStrictEqual(Sparkline.condense([5], 40, "least"), [5])
  })
  it("tell nothing from little", () => {
    assert.strictEqual(Sparkline.line([0, 0.01, 50, 100], 100, true), "·▁▄█")
    assert.strictEqual(Sparkline.line([0, 0.01, 50, 100], 100, false), ".148")
    assert.strictEqual(Sparkline.line([0, 0], 0, true), "··")
  })
})

describe("files", () => {
  const inFolder = (use: (folder: string) => void): void => {
    const folder = mkdtempSync(join(tmpdir(), "ebb-cli-"))
    try {
      use(folder)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  const message = (effect: Effect.Effect<unknown, Error>) => Effect.runSync(Effect.flip(effect)).message

  it("are written whole or not at all", () =>
    inFolder((folder) => {
      const path = join(folder, "a.txt")
      writeFileSync(path, "old")
      function* broken(): Iterable<string> {
        yield "new"
        throw new Error("no more")
      }
      assert.strictEqual(message(Files.write(path, "a.txt", broken())), "a.txt was not written: no more")
      assert.strictEqual(readFileSync(path, "utf8"), "old")
      Effect.runSync(Files.write(path, "a.txt", ["x".repeat(2 ** 20), "y"]))
      assert.strictEqual(readFileSync(path, "utf8").length, 2 ** 20 + 1)
      assert.deepStrictEqual(readdirSync(folder), ["a.txt"])
    }))
  it("name what is wrong with them in one line", () =>
    inFolder((folder) => {
      assert.strictEqual(message(Files.read(join(folder, "b"), "b")), "b: no such file or directory")
      assert.strictEqual(message(Files.read(folder, "dir")), "dir: it is a directory")
    }))
})

describe("progress", () => {
  const at = (terminal: boolean) => {
    let nowMs = 0
    const fake = FakeIo.make({ terminal, columns: 80 })
    const progress = Progress.make(fake.io, () => nowMs)
    const report = (ms: number, done: number) => {
      nowMs = ms
      progress.report(done, 80, done * 30_000)
    }
    return { fake, progress, report }
  }
  it("shows itself after a second, on a terminal only", () => {
    const { fake, progress, report } = at(true)
    report(900, 8)
    assert.strictEqual(fake.err(), "")
    report(1000, 10)
    report(1050, 11)
    assert.strictEqual(fake.err(), "\r███░░░░░░░░░░░░░░░░░ 10 of 80 runs, 300,000 requests, 7.0 s left")
    progress.clear()
    assert.strictEqual(fake.err().split("\r").at(-2)?.trim(), "")
    assert.strictEqual(fake.err().at(-1), "\r")
    const silent = at(false)
    silent.report(5000, 10)
    silent.progress.clear()
    assert.strictEqual(silent.fake.err(), "")
  })
})

import { JournalWriter } from "@ebb/core/journal/JournalWriter"
import { createHash } from "node:crypto"
import { assert, beforeEach, describe, it } from "vitest"

let written: string
let waits: number
let fails: boolean
let writer: JournalWriter
beforeEach(() => {
  written = ""
  waits = 0
  fails = false
  const write = (lines: Uint8Array) => {
    if (fails) throw new Error("no room")
    written += new TextDecoder().decode(lines)
  }
  writer = new JournalWriter({ journal: 1 }, { write, waits: () => void waits++ })
})

const outputsText = (outputs: ReadonlyArray<string>): string => outputs.map((output) => `${output}\n`).join("")

const begin = (line: string, ...outputs: ReadonlyArray<string>): void => {
  writer.begin()
  writer.waiting.text(line)
  writer.causes()
  writer.waiting.text(outputsText(outputs))
}

const input = (line: string, ...outputs: ReadonlyArray<string>): void => {
  begin(line, ...outputs)
  writer.done()
}

/** The chain of docs/journal.md, by hand. */
const chain = (...lines: ReadonlyArray<readonly [line: string, ...outputs: ReadonlyArray<string>]>): string => {
  let previous = ""
  let text = ""
  for (const [line, ...outputs] of lines) {
    const hashed = createHash("sha256").update(`${previous}\n${line}\n${outputs.join("\n")}`)
    previous = hashed.digest("hex").slice(0, 32)
    text += `${line.slice(0, -1)},"hash":"${previous}"}\n`
  }
  return text
}

const header = ['{"journal":1}'] as const

describe("a journal that is written", () => {
  it("has for each line the hash of what came before, of itself and of what it caused", () => {
    input('{"n":1}', "start 1 0 0", "wake 1 2 3 4.5")
    input('{"n":"zwölf €"}')
    input('{"n":3}', "kill 7")
    writer.end()
    const lines = [
      header,
      ['{"n":1}', "start 1 0 0", "wake 1 2 3 4.5"],
      ['{"n":"zwölf €"}'],
      ['{"n":3}', "kill 7"]
    ] as const
    assert.strictEqual(written, chain(...lines, ['{"inputs":3}']))
  })

  it("is the same however often it is flushed, in the middle of an input too", () => {
    input('{"n":1}', "a")
    writer.begin()
    writer.waiting.text('{"n":')
    writer.flush()
    writer.waiting.text("2}")
    writer.causes()
    writer.waiting.text("b\n")
    writer.flush()
    writer.waiting.text("c\n")
    writer.done()
    writer.flush()
    writer.flush()
    assert.strictEqual(written, chain(header, ['{"n":1}', "a"], ['{"n":2}', "b", "c"]))
  })

  it("has nothing of an input that failed", () => {
    input('{"n":1}', "a")
    begin('{"n":2}', "b")
    input('{"n":3}')
    writer.flush()
    assert.strictEqual(written, chain(header, ['{"n":1}', "a"], ['{"n":3}']))
  })

  it("can be ended for a copy, and goes on", () => {
    input('{"n":1}', "a")
    const end = writer.endSoFar()
    writer.flush()
    const whole = chain(header, ['{"n":1}', "a"], ['{"inputs":1}'])
    assert.strictEqual(`${written}${end}\n`, whole)
    assert.strictEqual(writer.hash, JSON.parse(written.split("\n").at(-2)!).hash)
    input('{"n":2}')
    writer.flush()
    assert.strictEqual(written, chain(header, ['{"n":1}', "a"], ['{"n":2}']))
  })

  it("begins another journal whose first line comes later, with what came in meanwhile behind it", () => {
    input('{"n":1}', "a")
    writer.endPart()
    const first = chain(header, ['{"n":1}', "a"], ['{"inputs":1}'])
    const long = `{"n":"${"x".repeat(2 ** 17)}"}`
    const steps = writer.head([new TextEncoder().encode('{"fleet":"'), new TextEncoder().encode('€"}')], () => {
      assert.strictEqual(written, first)
      written = ""
    })
    input('{"n":2}', "b")
    for (let step = steps.next(); step.done !== true; step = steps.next()) {
      input(long, "c")
      writer.flush()
      assert.strictEqual(written, first)
    }
    input('{"n":3}')
    writer.end()
    const second = [
      ['{"fleet":"€"}'],
      ['{"n":2}', "b"],
      [long, "c"],
      [long, "c"],
      ['{"n":3}'],
      ['{"inputs":4}']
    ] as const
    assert.isTrue(written === chain(...second))
  })

  it("says of every line that it waits, and writes what could not be written the next time", () => {
    waits = 0
    input('{"n":1}')
    fails = true
    assert.throws(() => writer.flush(), "no room")
    fails = false
    input('{"n":2}')
    assert.strictEqual(waits, 2)
    writer.flush()
    assert.strictEqual(written, chain(header, ['{"n":1}'], ['{"n":2}']))
  })

  it("is whole when there is more than fits at once", () => {
    const lines = Array.from({ length: 3000 }, (_, n) => [`{"n":"${"x".repeat((n % 7) * 500)}"}`, `send ${n}`] as const)
    for (const [line, output] of lines) input(line, output)
    const huge = `{"n":"${"ü".repeat(2 ** 20)}"}`
    input(huge, "kill 1")
    writer.flush()
    assert.isTrue(written === chain(header, ...lines, [huge, "kill 1"]))
  })
})

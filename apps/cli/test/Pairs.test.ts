import { assert, describe, it } from "@effect/vitest"
import { BadValue } from "@ebb/cli/kit/Grammar"
import * as KeyValues from "@ebb/cli/kit/KeyValues"

describe("fields of a request on the command line", () => {
  it.each<[ReadonlyArray<string>, unknown]>([
    [["prompt=hello there"], { prompt: "hello there" }],
    [["n=1"], { n: "1" }],
    [["n:=1", 'deep:={"a": [null]}'], { n: 1, deep: { a: [null] } }],
    [["url=https://x/?a=b"], { url: "https://x/?a=b" }],
    [["size[width]:=512", "size[height]:=256"], { size: { width: 512, height: 256 } }],
    [["a[b][c]=x"], { a: { b: { c: "x" } } }],
    [["a=1", "a=2"], { a: "2" }],
    [["a=1", "a[b]=2"], { a: { b: "2" } }],
    [["empty="], { empty: "" }],
    [["lines=one\ntwo"], { lines: "one\ntwo" }]
  ])("%j", (words, expected) => {
    assert.deepStrictEqual(KeyValues.parse(words), expected)
  })
  it("take __proto__ for a name", () => {
    assert.strictEqual(JSON.stringify(KeyValues.parse(["__proto__[x]=1"])), '{"__proto__":{"x":"1"}}')
    assert.isFalse("x" in {})
  })
  it.each(["plain", "=1", "[a]=1", "a[b=1", "a:={", "a:="])("refuse %s", (word) => {
    assert.throws(() => KeyValues.parse([word]), BadValue)
  })
})

describe("names and values", () => {
  it("split at the first equals sign", () => {
    assert.deepStrictEqual(KeyValues.named(["A=1", "B=x=y", "C="]), { A: "1", B: "x=y", C: "" })
  })
  it("are refused all together, as the public command line says it", () => {
    assert.throws(
      () => KeyValues.named(["A=1", "FOO"]),
      `Could not parse argument "['A=1', 'FOO']" as k1=v1 k2=v2 ... format`
    )
  })
})

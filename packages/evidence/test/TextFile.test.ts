import * as TextFile from "@ebb/evidence/files/TextFile"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterAll, assert, describe, expect, it } from "vitest"

const folder = mkdtempSync(join(tmpdir(), "ebb-text-"))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** All text that was fed, and whether the end was told. */
const fed = async (path: string, most = Infinity, signal?: AbortSignal) => {
  let [text, isAtEnd, pieces] = ["", false, 0]
  const push = (piece: string): boolean => {
    text += piece
    return ++pieces < most
  }
  await TextFile.feed(path, { push, end: () => (isAtEnd = true) }, signal === undefined ? {} : { signal })
  return { text, isAtEnd, pieces }
}

const long = "a line that is as long as this, with ü and 時 in it\n".repeat(30_000)

describe("a file of text", () => {
  it.each([
    ["plain", long],
    ["packed with gzip", gzipSync(long)],
    ["packed in two members", new Uint8Array([...gzipSync(long.slice(0, 5000)), ...gzipSync(long.slice(5000))])],
    ["empty", ""]
  ])("is read piece by piece: %s", async (name, content) => {
    const { isAtEnd, text } = await fed(file(name, content))
    assert.isTrue(isAtEnd)
    assert.isTrue(text === (name === "empty" ? "" : long))
  })

  it("is read no further than it is wanted", async () => {
    const { isAtEnd, pieces } = await fed(file("long", long), 1)
    assert.deepStrictEqual([isAtEnd, pieces], [false, 1])
  })

  it("says what is wrong with its gzip data", async () => {
    const packed = gzipSync(long)
    await expect(fed(file("cut", packed.subarray(0, 400)))).rejects.toThrow("its gzip data end in the middle")
    packed[packed.length - 8]! ^= 0xff
    await expect(fed(file("damaged", packed))).rejects.toThrow("its gzip data are damaged")
  })

  it("is left alone when the reader is told to stop", async () => {
    await expect(fed(file("stop", long), Infinity, AbortSignal.abort())).rejects.toThrow("aborted")
  })
})

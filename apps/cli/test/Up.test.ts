import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Addresses from "@ebb/cli/commands/up/Addresses"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { run, wordsOf } from "./RunEbb.ts"

let cwd = ""
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ebb-up-"))
})
afterEach(() => rmSync(cwd, { recursive: true }))

/** The last line of a refusal. */
const refused = async (line: string): Promise<string> => {
  const { code, err, out } = await run(wordsOf(`up --data data --empty ${line}`), { cwd })
  assert.deepStrictEqual([code, out], [2, ""])
  return err.trimEnd().split("\n").at(-1) ?? ""
}

/** What is said of a name that nobody knows, which only a look at the network would tell. */
const unknownName = (): string | undefined => {
  const error = new Error("Failed to listen at gpu.example")
  return Addresses.trouble(error, { host: "gpu.example", port: 0 })?.text
}

describe("ebb up refuses", () => {
  it.each(["10.255.255.254", "::zz"])("the address %s, which is not of this machine", async (address) => {
    assert.strictEqual(
      await refused(`--port 0 --listen ${address}`),
      `✘ --listen ${address}: this machine has no such address. It is 127.0.0.1 for callers on it, 0.0.0.0 for all`
    )
  })
  it("a name that nobody knows", () => assert.match(unknownName() ?? "", /^--listen gpu\.example: this machine has no/))
  it("two doors at one port", async () => {
    for (const [line, by] of [
      ["--port 20100 --http-port 20100", "--port"],
      ["--http-port 8787 --no-tls", "--port"],
      ["--http-port 8788", "https, which is on the port after --port"]
    ] as const) {
      const [, httpPort] = /--http-port (\d+)/.exec(line) ?? []
      assert.strictEqual(await refused(line), `✘ --http-port ${httpPort} is taken by ${by}; choose another`)
    }
    assert.isNull(Addresses.clash(8787, 8788, false))
    assert.isNull(Addresses.clash(0, 0, true))
  })
  it("names and origins that no caller can have", async () => {
    for (const host of ["http://x", "x:8787", "a/b"]) {
      assert.include(await refused(`--allow-host ${host}`), `argument --allow-host: must be a host name such as`)
    }
    for (const origin of ["foo", "*", "http://x/path", "localhost:3000"]) {
      assert.include(await refused(`--allow-origin ${origin}`), `argument --allow-origin: must be an origin such as`)
    }
  })
})

it("names and origins are taken as callers write them", () => {
  assert.strictEqual(Addresses.host("GPU.example"), "gpu.example")
  assert.strictEqual(Addresses.host("[fe80::1]"), "[fe80::1]")
  assert.strictEqual(Addresses.origin("http://Localhost:3000/"), "http://localhost:3000")
  assert.strictEqual(Addresses.origin("https://gpu.example:443"), "https://gpu.example")
  assert.strictEqual(Addresses.origin("null"), "null")
  assert.strictEqual(Addresses.origin("chrome-extension://abc"), "chrome-extension://abc")
})

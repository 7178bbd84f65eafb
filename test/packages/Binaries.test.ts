import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import * as MachO from "../../scripts/pack/MachO.ts"
import { platforms } from "../../scripts/pack/Platforms.ts"
import { version } from "../../scripts/pack/Release.ts"
import { printed, root } from "./Packed.ts"

const binaryOf = (name: string): string => join(root, "dist/packages/binaries", `ebb-${version}-${name}`)
const isThere = (name: string): boolean => existsSync(binaryOf(name))

/** How `file` describes each. */
const formats: Readonly<Record<string, RegExp>> = {
  "linux-x64": /ELF 64-bit LSB .*x86-64.*interpreter \/lib64\/ld-linux-x86-64\.so\.2/,
  "linux-arm64": /ELF 64-bit LSB .*ARM aarch64.*interpreter \/lib\/ld-linux-aarch64\.so\.1/,
  "linux-x64-musl": /ELF 64-bit LSB .*x86-64.*interpreter \/lib\/ld-musl-x86_64\.so\.1/,
  "linux-arm64-musl": /ELF 64-bit LSB .*ARM aarch64.*interpreter \/lib\/ld-musl-aarch64\.so\.1/,
  "darwin-arm64": /Mach-O 64-bit (arm64 executable|executable arm64)/,
  "darwin-x64": /Mach-O 64-bit (x86_64 executable|executable x86_64)/
}

const output = (command: string, ...args: ReadonlyArray<string>): string => {
  const { error, status, stderr, stdout } = spawnSync(command, args, { encoding: "utf8" })
  assert.deepStrictEqual([error, status], [undefined, 0], stderr)
  return stdout
}

// They are there after `npm run pack`, which takes minutes; the release runs it, and then this.
describe("the binaries that were packed", () => {
  const names = platforms.map(({ name }) => name)

  it.each(names)("%s has the format of its machine and the version", (name) => {
    assert.isDefined(formats[name])
    if (!isThere(name)) return
    assert.match(output("file", "--brief", binaryOf(name)), formats[name]!)
    assert.isTrue(readFileSync(binaryOf(name)).includes(`"${version}"`))
  })

  it.each(["darwin-arm64", "darwin-x64"].filter(isThere))(
    "%s is signed: macOS kills what has changed since",
    (name) => {
      assert.deepStrictEqual(MachO.verify(binaryOf(name)), { wrongPages: 0, isWhole: true })
    }
  )

  it.runIf(names.some(isThere)).each(["dist/packages", "dist/packages/binaries"])(
    "have their checksums in %s, by which they are checked there",
    (folder) => {
      assert.notInclude(printed("sha256sum", ["--check", "SHA256SUMS"], join(root, folder)), "FAILED")
    }
  )

  const hasQemu = existsSync("/usr/bin/qemu-aarch64") && existsSync("/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1")

  it.runIf(hasQemu && isThere("linux-arm64") && process.platform === "linux" && process.arch === "x64")(
    "linux-arm64 rehearses what linux-x64 does, to the last byte",
    () => {
      const emulated = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu", binaryOf("linux-arm64")] as const
      const words = ["rehearse", "--preset", "media", "--seeds", "2", "--for", "40m", "--json"]
      assert.strictEqual(output(...emulated, "--version"), `${version}\n`)
      assert.strictEqual(output(...emulated, ...words), output(binaryOf("linux-x64"), ...words))
    }
  )
})

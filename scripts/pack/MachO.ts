import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"

/**
 * Programs of macOS as far as their signature is concerned. Bun signs what it compiles for arm64, where nothing runs
 * without; what it compiles for x64 keeps the signature of Bun itself, which no longer fits and may get it killed.
 * Source: the headers mach-o/loader.h and kern/cs_blobs.h of XNU.
 */

const segment = 0x19
const codeSignature = 0x1d
const headerBytes = 32

const superBlob = 0xfade0cc0
const codeDirectory = 0xfade0c02
const version = 0x20400
const adHoc = 0x2
const sha256 = 2
const hashBytes = 32
const pageShift = 12
const pageBytes = 1 << pageShift
const mainBinary = 1n
const directoryBytes = 88
const blobBytes = 20

interface Commands {
  /** Where its load command lies; there where the signature lies and how long it is. */
  readonly signatureAt: number
  readonly linkEditAt: number
  readonly text: { readonly offset: bigint; readonly size: bigint }
}

const commandsOf = (file: Buffer): Commands => {
  const found = new Map<string, number>()
  const count = file.readUInt32LE(16)
  for (let at = headerBytes, command = 0; command < count; command++) {
    const kind = file.readUInt32LE(at)
    if (kind === codeSignature) found.set("signature", at)
    if (kind === segment) found.set(file.toString("latin1", at + 8, at + 24).replace(/\0+$/, ""), at)
    at += file.readUInt32LE(at + 4)
  }
  const [signatureAt, linkEditAt, textAt] = ["signature", "__LINKEDIT", "__TEXT"].map((name) => found.get(name))
  if (signatureAt === undefined || linkEditAt === undefined || textAt === undefined)
    throw new Error("it is no signed program of macOS for 64 bits")
  const text = { offset: file.readBigUInt64LE(textAt + 40), size: file.readBigUInt64LE(textAt + 48) }
  return { signatureAt, linkEditAt, text }
}

const hashesOf = (code: Buffer): ReadonlyArray<Buffer> =>
  Array.from({ length: Math.ceil(code.length / pageBytes) }, (_, page) =>
    createHash("sha256")
      .update(code.subarray(page * pageBytes, (page + 1) * pageBytes))
      .digest()
  )

const roundUp = (size: number, to: number): number => Math.ceil(size / to) * to

const signatureOf = (code: Buffer, name: string, text: Commands["text"]): Buffer => {
  const identifier = Buffer.from(`${name}\0`)
  const hashes = hashesOf(code)
  const header = Buffer.alloc(blobBytes + directoryBytes)
  const length = directoryBytes + identifier.length + hashes.length * hashBytes
  const words = [superBlob, blobBytes + length, 1, 0, blobBytes, codeDirectory, length, version, adHoc]
  words.push(directoryBytes + identifier.length, directoryBytes, 0, hashes.length, code.length)
  for (const [at, word] of words.entries()) header.writeUInt32BE(word, 4 * at)
  header.set([hashBytes, sha256, 0, pageShift], blobBytes + 36)
  for (const [at, field] of [text.offset, text.size, mainBinary].entries())
    header.writeBigUInt64BE(field, blobBytes + 64 + 8 * at)
  return Buffer.concat([header, identifier, ...hashes])
}

/** Signs a program anew, by nobody in particular: its pages are what the signature says they are. */
export const sign = (path: string, name: string): void => {
  const file = readFileSync(path)
  const { linkEditAt, signatureAt, text } = commandsOf(file)
  const end = file.readUInt32LE(signatureAt + 8)
  const pages = Math.ceil(end / pageBytes)
  const size = roundUp(blobBytes + directoryBytes + name.length + 1 + pages * hashBytes, 16)
  const linkEditSize = end + size - Number(file.readBigUInt64LE(linkEditAt + 40))
  // First, as the pages of the header are signed too.
  file.writeUInt32LE(size, signatureAt + 12)
  file.writeBigUInt64LE(BigInt(roundUp(linkEditSize, 0x4000)), linkEditAt + 32)
  file.writeBigUInt64LE(BigInt(linkEditSize), linkEditAt + 48)
  const code = file.subarray(0, end)
  const signature = signatureOf(code, name, text)
  writeFileSync(path, Buffer.concat([code, signature, Buffer.alloc(size - signature.length)]))
}

/** How many pages of a program are not what its signature says, and whether it covers the program to its end. */
export const verify = (path: string): { readonly wrongPages: number; readonly isWhole: boolean } => {
  const file = readFileSync(path)
  const at = file.readUInt32LE(commandsOf(file).signatureAt + 8)
  const directory = at + file.readUInt32BE(at + 16)
  const [hashesAt, , , count, limit] = [16, 20, 24, 28, 32].map((field) => file.readUInt32BE(directory + field))
  const expected = Array.from({ length: count! }, (_, page) =>
    file.subarray(directory + hashesAt! + page * hashBytes, directory + hashesAt! + (page + 1) * hashBytes)
  )
  const hashes = hashesOf(file.subarray(0, limit))
  const wrongPages = hashes.filter((hash, page) => !hash.equals(expected[page] ?? Buffer.alloc(0))).length
  return { wrongPages, isWhole: limit === at && hashes.length === count }
}

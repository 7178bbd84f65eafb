import { X509Certificate } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { filesOf, load } from "@ebb/runtime/tls/LocalTls"
import { afterEach, assert, beforeEach, it } from "vitest"

const dayMs = 86_400_000
const now = Date.UTC(2026, 0, 1)

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ebb-tls-"))
})

afterEach(() => rmSync(folder, { recursive: true }))

const authority = () => new X509Certificate(readFileSync(filesOf(folder).authority))

it("a sandbox has a certificate for loopback by an authority of its own", async () => {
  const { cert, key } = await load(folder, [], now)
  const certificate = new X509Certificate(cert)
  assert.isTrue(certificate.checkIssued(authority()))
  assert.isTrue(certificate.verify(authority().publicKey))
  assert.isTrue(authority().ca)
  assert.isFalse(certificate.ca)
  assert.strictEqual(certificate.checkHost("localhost"), "localhost")
  for (const address of ["127.0.0.1", "::1"]) assert.isDefined(certificate.checkIP(address))
  assert.isUndefined(certificate.checkHost("example.com"))
  assert.include(key, "PRIVATE KEY")
})

it("keys are readable by their owner alone", async () => {
  await load(folder, [], now)
  const { authorityKey, serverKey } = filesOf(folder)
  for (const file of [authorityKey, serverKey]) assert.strictEqual(statSync(file).mode & 0o777, 0o600)
})

it("the bundle holds the authority beside what the system trusts", async () => {
  await load(folder, [], now)
  const bundle = readFileSync(filesOf(folder).bundle, "utf8")
  assert.isTrue(bundle.startsWith(readFileSync(filesOf(folder).authority, "utf8").trimEnd()))
})

it("both are used again", async () => {
  const first = await load(folder, [], now)
  assert.deepStrictEqual(await load(folder, [], now + 100 * dayMs), first)
})

it("a certificate is made anew long before its end, by the same authority", async () => {
  const first = await load(folder, [], now)
  const before = authority().fingerprint256
  const second = await load(folder, [], now + 300 * dayMs)
  assert.notStrictEqual(second.cert, first.cert)
  assert.strictEqual(authority().fingerprint256, before)
  assert.isAbove(Date.parse(new X509Certificate(second.cert).validTo), now + 600 * dayMs)
})

it("the authority too, and what it certifies with it", async () => {
  await load(folder, [], now)
  const before = authority().fingerprint256
  const { cert } = await load(folder, [], now + 9 * 365 * dayMs)
  assert.notStrictEqual(authority().fingerprint256, before)
  assert.isTrue(new X509Certificate(cert).verify(authority().publicKey))
})

it("a further name of the host brings a certificate that has it", async () => {
  await load(folder, [], now)
  const certificate = new X509Certificate((await load(folder, ["ebb.test", "192.0.2.7"], now)).cert)
  assert.strictEqual(certificate.checkHost("ebb.test"), "ebb.test")
  assert.isDefined(certificate.checkIP("192.0.2.7"))
})

it("files that are not certificates are replaced", async () => {
  const files = filesOf(folder)
  await load(folder, [], now)
  await Bun.write(files.authority, "nonsense")
  await Bun.write(files.server, "nonsense")
  const { cert } = await load(folder, [], now)
  assert.isTrue(new X509Certificate(cert).verify(authority().publicKey))
})

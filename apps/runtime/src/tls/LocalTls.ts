import { X509Certificate } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { isIP } from "node:net"
import { getCACertificates } from "node:tls"
import type { Certified } from "./Certificates.ts"

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** How long certificates are good, and how long before their end they are made anew: a sandbox may run for months. */
const lives = {
  authority: { forMs: 3650 * dayMs, renewedMs: 730 * dayMs },
  server: { forMs: 397 * dayMs, renewedMs: 180 * dayMs }
} as const

/** A client of the platform puts `ws.` before the host of its WebSockets. */
const loopbackNames = ["localhost", "ws.localhost", "127.0.0.1", "::1"]

/** The files of the local certificate authority in a data directory (docs/architecture.md). */
export const filesOf = (folder: string) => ({
  authority: join(folder, "ca.pem"),
  authorityKey: join(folder, "ca.key"),
  server: join(folder, "server.pem"),
  serverKey: join(folder, "server.key"),
  /** The authority and those that the system trusts, for variables that replace the default trust. */
  bundle: join(folder, "bundle.pem")
})

const read = (certificate: string, key: string): Certified | null =>
  existsSync(certificate) && existsSync(key)
    ? { cert: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") }
    : null

const write = (certificate: string, key: string, made: Certified): void => {
  writeFileSync(key, made.key, { mode: 0o600 })
  writeFileSync(certificate, made.cert)
}

const isGood = (cert: X509Certificate, nowMs: number, renewedMs: number): boolean =>
  Date.parse(cert.validFrom) <= nowMs && Date.parse(cert.validTo) - nowMs > renewedMs

const isNamed = (cert: X509Certificate, name: string): boolean =>
  (isIP(name) === 0 ? cert.checkHost(name) : cert.checkIP(name)) !== undefined

const validity = (nowMs: number, forMs: number) => ({ fromMs: nowMs - hourMs, untilMs: nowMs + forMs })

const parsed = (pem: string): X509Certificate | null => {
  try {
    return new X509Certificate(pem)
  } catch {
    return null
  }
}

/**
 * The certificate of this sandbox for loopback and `names`, by an authority of its own. Both are kept in the folder and
 * used again; they are made anew in good time before their end, and where a name is missing.
 */
export const load = async (folder: string, names: ReadonlyArray<string>, nowMs: number): Promise<Certified> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const files = filesOf(folder)
  const authority = await loadAuthority(files, nowMs)
  writeFileSync(files.bundle, [authority.cert, ...getCACertificates("system"), ""].join("\n"))
  return loadServer(files, authority, [...new Set([...loopbackNames, ...names])], nowMs)
}

type Files = ReturnType<typeof filesOf>

const loadAuthority = async (files: Files, nowMs: number): Promise<Certified> => {
  const kept = read(files.authority, files.authorityKey)
  const cert = kept === null ? null : parsed(kept.cert)
  if (kept !== null && cert !== null && isGood(cert, nowMs, lives.authority.renewedMs)) return kept
  const Certificates = await import("./Certificates.ts")
  const made = Certificates.authority(`ebb local CA (${hostname()})`, validity(nowMs, lives.authority.forMs))
  write(files.authority, files.authorityKey, made)
  return made
}

const loadServer = async (
  files: Files,
  authority: Certified,
  names: ReadonlyArray<string>,
  nowMs: number
): Promise<Certified> => {
  const kept = read(files.server, files.serverKey)
  const cert = kept === null ? null : parsed(kept.cert)
  const isOurs = cert?.checkIssued(new X509Certificate(authority.cert)) === true
  if (kept !== null && cert !== null && isOurs && isGood(cert, nowMs, lives.server.renewedMs)) {
    if (names.every((name) => isNamed(cert, name))) return kept
  }
  const Certificates = await import("./Certificates.ts")
  const made = Certificates.server(authority, names, validity(nowMs, lives.server.forMs))
  write(files.server, files.serverKey, made)
  return made
}

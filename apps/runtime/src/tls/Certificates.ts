import { generateKeyPairSync, randomBytes } from "node:crypto"
import { isIP } from "node:net"
import forge from "node-forge"

/** A private key and the certificate of it, both PEM texts. */
export interface Certified {
  readonly key: string
  readonly cert: string
}

interface Validity {
  readonly fromMs: number
  readonly untilMs: number
}

/** A positive number that nobody has given before. */
const serialNumber = (): string => `01${randomBytes(15).toString("hex")}`

const newKey = (): { readonly privatePem: string; readonly publicPem: string } => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" }
  })
  return { privatePem: privateKey, publicPem: publicKey }
}

const certificateOf = (publicPem: string, { fromMs, untilMs }: Validity): forge.pki.Certificate => {
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(publicPem)
  certificate.serialNumber = serialNumber()
  certificate.validity.notBefore = new Date(fromMs)
  certificate.validity.notAfter = new Date(untilMs)
  return certificate
}

const signed = (certificate: forge.pki.Certificate, privatePem: string): string => {
  certificate.sign(forge.pki.privateKeyFromPem(privatePem), forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate)
}

/** A certificate authority of its own; it may certify servers and nothing below them. */
export const authority = (commonName: string, validity: Validity): Certified => {
  const { privatePem, publicPem } = newKey()
  const certificate = certificateOf(publicPem, validity)
  const name = [{ name: "commonName", value: commonName }]
  certificate.setSubject(name)
  certificate.setIssuer(name)
  certificate.setExtensions([
    { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
    { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    { name: "subjectKeyIdentifier" }
  ])
  return { key: privatePem, cert: signed(certificate, privatePem) }
}

const dnsName = 2
const ipAddress = 7
const altName = (name: string) => (isIP(name) === 0 ? { type: dnsName, value: name } : { type: ipAddress, ip: name })

/** A certificate of a server of those names, host names and addresses alike. */
export const server = (by: Certified, names: ReadonlyArray<string>, validity: Validity): Certified => {
  const { privatePem, publicPem } = newKey()
  const issuer = forge.pki.certificateFromPem(by.cert)
  const certificate = certificateOf(publicPem, validity)
  certificate.setSubject([{ name: "commonName", value: names[0] }])
  certificate.setIssuer(issuer.subject.attributes)
  certificate.setExtensions([
    { name: "basicConstraints", cA: false, critical: true },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
    { name: "extKeyUsage", serverAuth: true },
    { name: "subjectAltName", altNames: names.map(altName) },
    { name: "subjectKeyIdentifier" },
    { name: "authorityKeyIdentifier", keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes() }
  ])
  return { key: privatePem, cert: signed(certificate, by.key) }
}

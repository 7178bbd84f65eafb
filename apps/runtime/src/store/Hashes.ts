import { createHash, randomBytes } from "node:crypto"

/** What is kept of a secret, in place of it. */
export const sha256 = (value: string): Buffer => createHash("sha256").update(value).digest()

/** A new secret of so many random bytes, as hexadecimal text. */
export const newSecret = (bytes: number): string => randomBytes(bytes).toString("hex")

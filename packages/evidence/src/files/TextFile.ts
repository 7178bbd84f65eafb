import type { Feed } from "@ebb/rows/Feed"
import { createReadStream } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { createGunzip } from "node:zlib"

const pieceBytes = 256 * 1024

const isGzip = async (file: FileHandle): Promise<boolean> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
}

const unpackError = (error: unknown): unknown => {
  const code = error instanceof Error && "code" in error ? String(error.code) : ""
  if (code === "Z_BUF_ERROR")
    return new Error("its gzip data end in the middle: it was cut off; copy it again", { cause: error })
  if (code.startsWith("Z_")) return new Error("its gzip data are damaged; copy it again", { cause: error })
  return error
}

const piecesOf = async (path: string, file: FileHandle): Promise<AsyncIterable<Uint8Array>> => {
  const isPacked = await isGzip(file)
  const bytes = createReadStream(path, { highWaterMark: pieceBytes })
  if (!isPacked) return bytes
  const unpacked = createGunzip({ chunkSize: pieceBytes })
  bytes.on("error", (error) => unpacked.destroy(error))
  return bytes.pipe(unpacked)
}

/**
 * Pushes the text of a file, unpacked where it is gzip, until no more is wanted or the signal is given. Other work may
 * happen between two pieces. `onBytes`: how many bytes of text so far.
 */
export const feed = async (
  path: string,
  into: Feed,
  { onBytes, signal }: { readonly signal?: AbortSignal; readonly onBytes?: (bytes: number) => void } = {}
): Promise<void> => {
  const file = await open(path)
  try {
    const decoder = new TextDecoder()
    let bytes = 0
    for await (const piece of await piecesOf(path, file)) {
      signal?.throwIfAborted()
      bytes += piece.length
      onBytes?.(bytes)
      if (!into.push(decoder.decode(piece, { stream: true }))) return
    }
    if (into.push(decoder.decode())) into.end()
  } catch (error) {
    throw unpackError(error)
  } finally {
    await file.close()
  }
}

const wholeMost = 256 * 1024 * 1024

/** The whole text of a file that is no log. */
export const whole = async (path: string, signal: AbortSignal): Promise<string> => {
  let text = ""
  const push = (piece: string): boolean => {
    text += piece
    if (text.length > wholeMost) throw new Error("it is larger than 256 MiB")
    return true
  }
  await feed(path, { push, end: () => {} }, { signal })
  return text
}

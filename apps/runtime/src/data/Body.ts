/** Bodies up to 100 MiB are taken. */
export const bodyBytesMax = 100 * 2 ** 20

/** The body whole; null when it is larger than allowed. */
export const read = async (request: Request): Promise<Uint8Array | null> => {
  const announced = Number(request.headers.get("content-length") ?? 0)
  if (announced > bodyBytesMax) return null
  if (request.body === null) return new Uint8Array()
  const bytes = new Uint8Array(await request.arrayBuffer())
  return bytes.length > bodyBytesMax ? null : bytes
}

/** Somebody's content under our own address, as it was sent: whatever it is, it may not act as a page of ours. */
export const contentOf = ({ contentType, path }: { readonly contentType: string; readonly path: string }): Response => {
  const content = Bun.file(path)
  const headers = {
    "content-type": contentType,
    "content-length": String(content.size),
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff"
  }
  return new Response(content, { headers })
}

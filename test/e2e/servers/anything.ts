// Answers as it is asked to in the query: status, raw body, type, headers (h-NAME), after so many milliseconds, or once another
// request asks for its release by name.
const held = new Map<string, PromiseWithResolvers<void>>()
const gate = (name: string): PromiseWithResolvers<void> => {
  const own = held.get(name) ?? Promise.withResolvers<void>()
  held.set(name, own)
  return own
}

export default async (request: Request): Promise<Response> => {
  const { pathname, search, searchParams: asked } = new URL(request.url)
  const text = await request.text()
  if (asked.has("ms")) await Bun.sleep(Number(asked.get("ms")))
  if (asked.has("release")) gate(asked.get("release")!).resolve()
  if (asked.has("held")) await gate(asked.get("held")!).promise
  const headers = new Headers({ "content-type": asked.get("type") ?? "application/json" })
  for (const [name, value] of asked) if (name.startsWith("h-")) headers.append(name.slice(2), value)
  const seen = { method: request.method, path: pathname, search, headers: Object.fromEntries(request.headers) }
  const body = asked.get("raw") ?? JSON.stringify({ ...seen, length: text.length })
  return new Response(body, { status: Number(asked.get("status") ?? 200), headers })
}

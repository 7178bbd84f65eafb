// Answers as it is asked to in the query: status, raw body, type, headers (h-NAME), after so many milliseconds.
export default async (request: Request): Promise<Response> => {
  const { pathname, search, searchParams: asked } = new URL(request.url)
  const text = await request.text()
  if (asked.has("ms")) await Bun.sleep(Number(asked.get("ms")))
  const headers = new Headers({ "content-type": asked.get("type") ?? "application/json" })
  for (const [name, value] of asked) if (name.startsWith("h-")) headers.append(name.slice(2), value)
  const seen = { method: request.method, path: pathname, search, headers: Object.fromEntries(request.headers) }
  const body = asked.get("raw") ?? JSON.stringify({ ...seen, length: text.length })
  return new Response(body, { status: Number(asked.get("status") ?? 200), headers })
}

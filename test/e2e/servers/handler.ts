export default async (request: Request): Promise<Response> => {
  const { ms = 0 } = (await request.json()) as { readonly ms?: number }
  await new Promise((resolve) => setTimeout(resolve, ms))
  return Response.json({ pid: process.pid, k: process.env["K"] ?? null })
}

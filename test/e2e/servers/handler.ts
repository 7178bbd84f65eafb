export default async (request: Request): Promise<Response> => {
  const { ms = 0 } = (await request.json()) as { readonly ms?: number | "held" }
  await new Promise<void>((resolve) => {
    if (ms === "held") process.once("SIGTERM", () => resolve())
    else setTimeout(resolve, ms)
  })
  return Response.json({ pid: process.pid, k: process.env["K"] ?? null })
}

import { Result } from "effect"

const isLoopback = (name: string): boolean =>
  name === "localhost" || name === "[::1]" || /^127(\.\d{1,3}){3}$/.test(name)

/** Where a webhook may go: a sandbox dials this machine alone, and what it was started with as names of it. */
export const read = (value: string | null, hosts: ReadonlyArray<string>): Result.Result<string | null, string> => {
  if (value === null) return Result.succeed(null)
  const url = URL.parse(value)
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    return Result.fail(`fal_webhook must be an HTTP or HTTPS URL, got '${value}'`)
  }
  if (isLoopback(url.hostname) || hosts.includes(url.hostname)) return Result.succeed(url.href)
  return Result.fail(
    `fal_webhook: a local sandbox calls nobody but this machine, and '${url.hostname}' is not; use localhost, or allow the name with: ebb up --allow-host`
  )
}

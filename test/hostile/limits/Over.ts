import type { LimitName } from "@ebb/runtime/edge/Limits"
import type { TestContext } from "vitest"
import { Ebb } from "../../e2e/Ebb.ts"

/** Goes one over a limit, and sees what docs/limits.md says of it; `skip` says why that cannot be seen here. */
export type Over = (context: Pick<TestContext, "skip">) => Promise<void>

/** Those of one kind. */
export type Overs<Name extends LimitName> = Readonly<Record<Name, Over>>

/** Words of `ebb up` for limits small enough that a test goes over them. */
export const words = (limits: Partial<Record<LimitName, number>>): ReadonlyArray<string> =>
  Object.entries(limits).flatMap(([name, value]) => ["--limit", `${name}=${value}`])

/** Does it on a sandbox of its own, where nothing else could go over the limit. */
export const withOwn = async (args: ReadonlyArray<string>, run: (ebb: Ebb) => Promise<void>): Promise<void> => {
  const ebb = new Ebb()
  try {
    await ebb.up(...args)
    await run(ebb)
  } finally {
    await ebb.remove()
  }
}

/** The head of a request with the user's key. */
export const head = (ebb: Ebb, method: string, path: string, ...lines: ReadonlyArray<string>): string =>
  [`${method} ${path} HTTP/1.1`, "host: localhost", `authorization: Key ${ebb.key}`, ...lines, "", ""].join("\r\n")

import type { IncomingMessage } from "node:http"

/** What a request asked for, for a log: its query may hold tokens and is left out, as is what a terminal would act upon. */
export const nameOf = ({ method, url }: Pick<IncomingMessage, "method" | "url">): string => {
  const [path = ""] = (url ?? "").split("?")
  return JSON.stringify(`${method ?? "?"} ${path}`).slice(1, -1)
}

/** Tells of an exception that nobody expected, with what met it. */
export const log = (met: string, error: unknown): void => console.error(`${met} met a fault of the sandbox:`, error)

/** Does what a caller asked for; where that fails unexpectedly, now or later, it is logged and the caller is let go. */
export const guard = (met: string, run: () => void | Promise<void>, letGo: () => void): void => {
  const failed = (error: unknown) => {
    log(met, error)
    letGo()
  }
  try {
    Promise.resolve(run()).catch(failed)
  } catch (error) {
    failed(error)
  }
}

/** One request must never end the process that serves all others: what no guard caught is logged, and that is all. */
export const survive = (): void => {
  process.on("uncaughtException", (error) => log("Something outside of any request", error))
  process.on("unhandledRejection", (error) => log("Something outside of any request", error))
}

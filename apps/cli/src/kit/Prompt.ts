import type { Exchange } from "@ebb/protocol/rest/Client"
import * as ExchangeText from "./ExchangeText.ts"
import * as Failure from "./Failure.ts"
import type { Io } from "./Io.ts"

const usage = "bt: stack · p: error and fields · req, res: last request and answer · q: leave\n"

const answer = (command: string, links: ReadonlyArray<Failure.Link>, last: Exchange | null): string => {
  switch (command) {
    case "":
      return ""
    case "bt":
      return Failure.backtrace(links)
    case "p":
      return Failure.asJson(links)
    case "req":
      return last === null ? "No request was sent.\n" : ExchangeText.request(last)
    case "res":
      return last === null ? "No request was sent.\n" : ExchangeText.answer(last)
    default:
      return usage
  }
}

/** The prompt of `--pdb` over a failure; without a terminal it says what `bt` and `p` would and ends. */
export const run = async (io: Io, links: ReadonlyArray<Failure.Link>, last: Exchange | null): Promise<void> => {
  if (!io.stdin.isTerminal) return io.stderr.write(Failure.backtrace(links) + Failure.asJson(links))
  while (true) {
    io.stderr.write("(ebb) ")
    const line = await io.stdin.readLine()
    if (line === null || ["q", "quit", "exit"].includes(line.trim())) return
    io.stderr.write(answer(line.trim(), links, last))
  }
}

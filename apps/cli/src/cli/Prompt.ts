import * as Failure from "./Failure.ts"
import type { Io } from "./Io.ts"

const usage = "bt: stack · p: error and fields · req, res: last request and answer · q: leave\n"

const answer = (command: string, links: ReadonlyArray<Failure.Link>): string => {
  switch (command) {
    case "":
      return ""
    case "bt":
      return Failure.backtrace(links)
    case "p":
      return Failure.asJson(links)
    case "req":
    case "res":
      return "No request was sent.\n"
    default:
      return usage
  }
}

/** The prompt of `--pdb` over a failure; without a terminal it says what `bt` and `p` would and ends. */
export const run = async (io: Io, links: ReadonlyArray<Failure.Link>): Promise<void> => {
  if (!io.stdin.isTerminal) return io.stderr.write(Failure.backtrace(links) + Failure.asJson(links))
  while (true) {
    io.stderr.write("(ebb) ")
    const line = await io.stdin.readLine()
    if (line === null || ["q", "quit", "exit"].includes(line.trim())) return
    io.stderr.write(answer(line.trim(), links))
  }
}

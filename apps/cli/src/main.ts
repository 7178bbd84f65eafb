import * as NodeIo from "./kit/NodeIo.ts"
import * as Program from "./kit/Program.ts"
import { version } from "@ebb/text/Version"
import { root } from "./commands/root.ts"
import { welcome } from "./commands/Welcome.ts"

const longestTimerMs = 2 ** 31 - 1

const main = async (): Promise<void> => {
  // A command that waits for nothing the runtime knows of, like a fiber that sleeps for ever, must not end the process.
  setInterval(() => {}, longestTimerMs)
  const code = await Program.run({ name: "ebb", version, root, welcome }, process.argv.slice(2), NodeIo.make())
  await NodeIo.exit(code)
}

void main()

// `ebb` in a world in which no time goes by but that of the sandbox: what it shows depends on what it was told alone.
import * as NodeIo from "@ebb/cli/kit/NodeIo"
import * as Program from "@ebb/cli/kit/Program"
import { root } from "@ebb/cli/commands/root"

setInterval(() => {}, 2 ** 30)
const io = { ...NodeIo.make(), nowMs: () => 0 }
await NodeIo.exit(await Program.run({ name: "ebb", version: "1.2.3", root, welcome: "" }, process.argv.slice(2), io))

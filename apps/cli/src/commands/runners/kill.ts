import * as Api from "@ebb/protocol/rest/Api"
import { Schema } from "effect"
import * as Options from "../../sandbox/Options.ts"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"

/** `ebb runners kill ID` */
export const kill = SilentCommand.make({
  name: "runners.kill",
  description: "Kill a runner at once, its requests with it.",
  options: [],
  positionals: [{ key: "id", help: "the runner" }],
  words: Schema.Struct({ ...Options.words, id: Schema.String }),
  call: ({ id: runner }, ask) => ask(Api.killRunner, { params: { runner } })
})

import * as Api from "@ebb/protocol/rest/Api"
import { Schema } from "effect"
import * as Options from "../../sandbox/Options.ts"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"

/** `ebb runners stop ID` */
export const stop = SilentCommand.make({
  name: "runners.stop",
  description: "Stop a runner: it finishes its requests first.",
  options: [{ kind: "flag", names: ["-r", "--replace"], key: "replace", help: "start its replacement first" }],
  positionals: [{ key: "id", help: "the runner" }],
  words: Schema.Struct({ ...Options.words, replace: Schema.optionalKey(Schema.Boolean), id: Schema.String }),
  call: ({ id: runner, replace = false }, ask) =>
    ask(Api.stopRunner, { params: { runner }, body: { replaceFirst: replace } })
})

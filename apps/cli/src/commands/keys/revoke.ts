import * as Api from "@ebb/protocol/rest/Api"
import { Schema } from "effect"
import * as Options from "../../sandbox/Options.ts"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"

/** `ebb keys revoke ID` */
export const revoke = SilentCommand.make({
  name: "keys.revoke",
  description: "Revoke a key: whoever shows it is refused from now on.",
  options: [],
  positionals: [{ key: "key_id", help: "the key's id" }],
  words: Schema.Struct({ ...Options.words, key_id: Schema.String }),
  call: ({ key_id: key }, ask) => ask(Api.revokeKey, { params: { key } })
})

import * as Argument from "../../kit/Argument.ts"
import * as Api from "@ebb/protocol/rest/Api"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"

/** `ebb keys revoke ID` */
export const revoke = SilentCommand.make({
  name: "keys.revoke",
  description: "Revoke a key: whoever shows it is refused from now on.",
  accepts: { key_id: Argument.word("the key's id") },
  call: ({ key_id: key }, ask) => ask(Api.revokeKey, { params: { key } })
})

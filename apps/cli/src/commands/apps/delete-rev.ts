import * as Api from "@ebb/protocol/rest/Api"
import { Schema } from "effect"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"
import * as Options from "../../sandbox/Options.ts"

/** `ebb apps delete-rev REV` */
export const deleteRev = SilentCommand.make({
  name: "apps.delete-rev",
  description: "Delete a revision that no app is set to.",
  options: [],
  positionals: [{ key: "app_rev", help: "the revision's id" }],
  words: Schema.Struct({ ...Options.words, app_rev: Schema.String }),
  call: ({ app_rev: revision }, ask) => ask(Api.deleteRevision, { params: { revision } })
})

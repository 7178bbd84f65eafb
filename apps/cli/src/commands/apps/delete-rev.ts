import * as Argument from "../../kit/Argument.ts"
import * as Api from "@ebb/protocol/rest/Api"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"

/** `ebb apps delete-rev REV` */
export const deleteRev = SilentCommand.make({
  name: "apps.delete-rev",
  description:
    "Delete a revision that no app is set to. Runners of it that are left are killed, and their requests with them.",
  accepts: { app_rev: Argument.word("the revision's id") },
  call: ({ app_rev: revision }, ask) => ask(Api.deleteRevision, { params: { revision } })
})

import type { Group } from "../../kit/Command.ts"

/** `ebb teams`, which usage lines call by the public command line's name, `account`. */
export const account: Group = {
  kind: "group",
  description: "Choose the team that commands act for.",
  entries: [
    { name: "list", summary: "list the teams", load: async () => (await import("./list.ts")).list },
    { name: "set", summary: "act for a team from now on", load: async () => (await import("./set.ts")).set },
    { name: "unset", summary: "act for yourself again", load: async () => (await import("./unset.ts")).unset },
    { name: "create", summary: "make a team and a key of it", load: async () => (await import("./create.ts")).create }
  ]
}

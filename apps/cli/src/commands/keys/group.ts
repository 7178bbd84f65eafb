import type { Group } from "../../kit/Command.ts"

/** `ebb keys …` */
export const keys: Group = {
  kind: "group",
  description: "The keys of the team.",
  entries: [
    { name: "create", summary: "make a key", load: async () => (await import("./create.ts")).create },
    { name: "list", summary: "list the keys", load: async () => (await import("./list.ts")).list },
    { name: "revoke", summary: "revoke a key", load: async () => (await import("./revoke.ts")).revoke }
  ]
}

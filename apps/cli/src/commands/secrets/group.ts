import type { Group } from "../../kit/Command.ts"

/** `ebb secrets …` */
export const secrets: Group = {
  kind: "group",
  description: "Values that runners see in their environment.",
  entries: [
    { name: "set", summary: "set secrets", load: async () => (await import("./set.ts")).set },
    { name: "list", summary: "list their names", load: async () => (await import("./list.ts")).list },
    { name: "unset", summary: "remove one", load: async () => (await import("./unset.ts")).unset }
  ]
}

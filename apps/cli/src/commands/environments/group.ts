import type { Group } from "../../kit/Command.ts"

/** `ebb environments …` */
export const environments: Group = {
  kind: "group",
  description: "Partitions of a team's apps and secrets.",
  entries: [
    { name: "list", summary: "list the environments", load: async () => (await import("./list.ts")).list },
    { name: "create", summary: "make one", load: async () => (await import("./create.ts")).create },
    { name: "delete", summary: "delete one with all in it", load: async () => (await import("./delete.ts")).remove }
  ]
}

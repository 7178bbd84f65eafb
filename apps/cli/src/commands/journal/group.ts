import type { Group } from "../../kit/Command.ts"

/** `ebb journal` */
export const journal: Group = {
  kind: "group",
  description: "The journal: every input of the sandbox, with its time.",
  entries: [
    {
      name: "export",
      summary: "write out the journal so far",
      load: async () => (await import("./export.ts")).exportIt
    }
  ]
}

import type { Group } from "../../kit/Command.ts"

/** `ebb rollouts …` */
export const rollouts: Group = {
  kind: "group",
  description: "What rollouts there were and what they did.",
  entries: [
    { name: "list", summary: "list the rollouts", load: async () => (await import("./list.ts")).list },
    { name: "report", summary: "show what one did", load: async () => (await import("./report.ts")).report }
  ]
}

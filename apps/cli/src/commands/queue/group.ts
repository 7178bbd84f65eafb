import type { Group } from "../../kit/Command.ts"

/** `ebb queue` */
export const queue: Group = {
  kind: "group",
  description: "Look at the queue of an app and empty it.",
  entries: [
    { name: "size", summary: "how many requests wait", load: async () => (await import("./size.ts")).size },
    { name: "flush", summary: "cancel all that wait", load: async () => (await import("./flush.ts")).flush }
  ]
}

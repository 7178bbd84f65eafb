import type { Group } from "../../kit/Command.ts"

/** `ebb apps …` */
export const apps: Group = {
  kind: "group",
  description: "The apps of the sandbox.",
  entries: [
    { name: "list", summary: "list the apps", load: async () => (await import("./list.ts")).list },
    { name: "list-rev", summary: "list revisions", load: async () => (await import("./list-rev.ts")).listRev },
    {
      name: "set-rev",
      summary: "point an app at an earlier revision",
      load: async () => (await import("./set-rev.ts")).setRev
    },
    { name: "scale", summary: "change an app's scaling", load: async () => (await import("./scale.ts")).scale },
    {
      name: "rollout",
      summary: "restart every runner of an app",
      load: async () => (await import("./rollout.ts")).rollout
    },
    {
      name: "runners",
      summary: "list the runners of an app",
      load: async () => (await import("./runners.ts")).runners
    },
    { name: "gpus", summary: "count the GPUs of an app", load: async () => (await import("./gpus.ts")).gpus },
    { name: "delete", summary: "delete an app", load: async () => (await import("./delete.ts")).remove },
    { name: "delete-rev", summary: "delete a revision", load: async () => (await import("./delete-rev.ts")).deleteRev },
    { name: "fault", summary: "make starts or teardowns fail", load: async () => (await import("./fault.ts")).fault }
  ]
}

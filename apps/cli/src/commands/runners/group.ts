import type { Group } from "../../kit/Command.ts"

/** `ebb runners …` */
export const runners: Group = {
  kind: "group",
  description: "The runners of the sandbox.",
  entries: [
    { name: "list", summary: "list the runners", load: async () => (await import("./list.ts")).list },
    { name: "stop", summary: "stop a runner gracefully", load: async () => (await import("./stop.ts")).stop },
    { name: "kill", summary: "kill a runner", load: async () => (await import("./kill.ts")).kill },
    { name: "gpus", summary: "count the GPUs in use", load: async () => (await import("./gpus.ts")).gpus },
    {
      name: "logs",
      aliases: ["log"],
      summary: "print what a runner printed",
      load: async () => (await import("./logs.ts")).logs
    },
    {
      name: "fault",
      summary: "make a runner crash, hang or be slow",
      load: async () => (await import("./fault.ts")).fault
    },
    { name: "exec", summary: "run a command on a runner", load: async () => (await import("./exec.ts")).exec },
    { name: "shell", summary: "open a shell on a runner", load: async () => (await import("./shell.ts")).shell }
  ]
}

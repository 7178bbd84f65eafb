import type { Group } from "../cli/Command.ts"

const profile = "EBB_HOST and EBB_KEY choose the sandbox and the key."
const auth = "Keys come from ebb up; ebb status says who you are."
const files = "There is no file store in it."

/** Every command of the program, in help order. */
export const root: Group = {
  kind: "group",
  description: "Rehearse a rollout before production does it for you.",
  entries: [
    {
      name: "rehearse",
      summary: "run a rollout in virtual time under each mode, side by side",
      load: async () => (await import("./rehearse.ts")).rehearse
    },
    {
      name: "up",
      summary: "start the sandbox",
      load: async () => (await import("./up.ts")).up
    },
    {
      name: "down",
      summary: "stop the sandbox",
      load: async () => (await import("./down.ts")).down
    },
    {
      name: "env",
      summary: "print the shell lines that point clients at the sandbox",
      load: async () => (await import("./env.ts")).env
    },
    {
      name: "replay",
      summary: "run a journal again and check that every output is the same",
      load: async () => (await import("./replay.ts")).replay
    },
    {
      name: "init",
      summary: "write a commented ebb.yaml to start from",
      load: async () => (await import("./init.ts")).init
    }
  ],
  elsewhere: new Map([
    ["auth", auth],
    ["profile", profile],
    ["profiles", profile],
    ["files", files],
    ["file", files],
    ["doctor", "Use: ebb status"],
    ["create", "Use: ebb init"]
  ])
}

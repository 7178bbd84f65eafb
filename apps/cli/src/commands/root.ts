import type { Group } from "../kit/Command.ts"

const profile = "EBB_HOST and EBB_KEY choose the sandbox and the key."
const api = "Use: ebb run, or ebb submit for the queue."
const auth = "Keys come from ebb up; ebb status says who you are."
const files = "fal files of the Python command line works with it."

/** Every command of the program, in help order. */
export const root: Group = {
  kind: "group",
  description: "Rehearse a rollout before production does it for you.",
  entries: [
    {
      name: "rehearse",
      summary: "run a rollout in virtual time under each mode, side by side",
      load: async () => (await import("./rehearse/rehearse.ts")).rehearse
    },
    {
      name: "plan",
      summary: "advise how to roll out: grace period, way, time and scaling",
      load: async () => (await import("./plan/plan.ts")).plan
    },
    {
      name: "sweep",
      summary: "rehearse a spec with every combination of some values",
      load: async () => (await import("./sweep/sweep.ts")).sweep
    },
    {
      name: "worker",
      summary: "run trials of sweeps on this machine, for a cluster",
      load: async () => (await import("./worker/worker.ts")).worker
    },
    {
      name: "check",
      summary: "see whether a server of yours drains",
      load: async () => (await import("./check/check.ts")).check
    },
    {
      name: "init",
      summary: "write a commented ebb.yaml to start from",
      load: async () => (await import("./init/init.ts")).init
    },
    {
      name: "calibrate",
      summary: "compare what a spec predicts with what was seen",
      load: async () => (await import("./calibrate/calibrate.ts")).calibrate
    },
    { name: "up", summary: "start the sandbox", load: async () => (await import("./up/up.ts")).up },
    { name: "down", summary: "stop the sandbox", load: async () => (await import("./down.ts")).down },
    {
      name: "status",
      summary: "say whether the sandbox runs, and where",
      load: async () => (await import("./status.ts")).status
    },
    {
      name: "env",
      summary: "print the shell lines that point clients at the sandbox",
      load: async () => (await import("./env.ts")).env
    },
    {
      name: "dashboard",
      summary: "print a link to the page",
      load: async () => (await import("./dashboard.ts")).dashboard
    },
    {
      name: "apps",
      aliases: ["app"],
      summary: "apps and their rollouts",
      load: async () => (await import("./apps/group.ts")).apps
    },
    {
      name: "runners",
      aliases: ["machine"],
      summary: "runners of the team",
      load: async () => (await import("./runners/group.ts")).runners
    },
    {
      name: "rollouts",
      summary: "what rollouts did",
      load: async () => (await import("./rollouts/group.ts")).rollouts
    },
    {
      name: "environments",
      aliases: ["envs"],
      summary: "partitions of apps and secrets",
      load: async () => (await import("./environments/group.ts")).environments
    },
    { name: "queue", summary: "the queue of an app", load: async () => (await import("./queue/group.ts")).queue },
    { name: "deploy", summary: "deploy a spec", load: async () => (await import("./deploy/deploy.ts")).deploy },
    { name: "run", summary: "send a direct request", load: async () => (await import("./run.ts")).runOnce },
    { name: "submit", summary: "queue a request", load: async () => (await import("./submit.ts")).submit },
    {
      name: "load",
      summary: "send requests at a steady rate",
      load: async () => (await import("./load/load.ts")).load
    },
    { name: "top", summary: "show the sandbox live", load: async () => (await import("./top/top.ts")).top },
    {
      name: "keys",
      aliases: ["key"],
      summary: "keys of the team",
      load: async () => (await import("./keys/group.ts")).keys
    },
    {
      name: "secrets",
      aliases: ["secret"],
      summary: "values that runners see",
      load: async () => (await import("./secrets/group.ts")).secrets
    },
    {
      name: "account",
      aliases: ["teams", "team", "accounts"],
      summary: "teams",
      load: async () => (await import("./account/group.ts")).account
    },
    {
      name: "replay",
      summary: "run a journal again and check that every output is the same",
      load: async () => (await import("./replay.ts")).replay
    },
    {
      name: "journal",
      summary: "the record of what the sandbox was told",
      load: async () => (await import("./journal/group.ts")).journal
    },
    {
      name: "docs",
      summary: "read the documentation",
      load: async () => (await import("./docs/docs.ts")).docs
    },
    { name: "help", summary: "show how a command is used", load: async () => (await import("./help.ts")).help(root) },
    {
      name: "completion",
      summary: "print the completion script of a shell",
      load: async () => (await import("./completion/completion.ts")).completion(root)
    }
  ],
  elsewhere: new Map([
    ["auth", auth],
    ["api", api],
    ["profile", profile],
    ["profiles", profile],
    ["files", files],
    ["file", files],
    ["doctor", "Use: ebb status"],
    ["create", "Use: ebb init"]
  ])
}

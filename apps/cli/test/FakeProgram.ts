import { Effect, Schema } from "effect"
import type { Group, Leaf as LeafCommand } from "@ebb/cli/kit/Command"
import { CommandFailed, InvalidInput } from "@ebb/cli/kit/Errors"
import { type Grammar, outputOptions } from "@ebb/cli/kit/Grammar"
import * as Leaf from "@ebb/cli/kit/Leaf"
import { Output } from "@ebb/cli/kit/Output"
import type { Program } from "@ebb/cli/kit/Program"

const echo = (grammar: Grammar): LeafCommand =>
  Leaf.make({
    grammar,
    words: Schema.Record(Schema.String, Schema.Unknown),
    run: Effect.fnUntraced(function* (words) {
      yield* (yield* Output).value(words)
      return 0
    })
  })

const team = { kind: "one", names: ["--team"], key: "team", help: "act for that team" } as const
const env = { kind: "one", names: ["--env"], key: "env", help: "target environment" } as const
const appName = { key: "app_name", help: "name of the app" } as const

const rollout = echo({
  description: "Restart every runner of an app.",
  options: [
    team,
    { kind: "flag", names: ["--force"], key: "force", exclusive: "order", help: "kill the runners at once" },
    env,
    {
      kind: "one",
      names: ["--order"],
      key: "order",
      exclusive: "order",
      choices: ["stop_first", "replace_first"],
      help: "stop the old runner first, or start its replacement first"
    },
    { kind: "flag", names: ["--wait"], key: "wait", help: "return when the rollout is finished" },
    { kind: "flag", names: ["--watch"], key: "watch", help: "the same with a live view" },
    ...outputOptions
  ],
  positionals: [appName]
})

const runners = echo({
  description: "List the runners of an app.",
  options: [
    team,
    ...outputOptions,
    { kind: "one", names: ["--since"], key: "since", help: "also those that ended since then" },
    { kind: "list", names: ["--state"], key: "state", choices: ["idle", "running"], help: "only those states" },
    env
  ],
  positionals: [appName]
})

const scale = echo({
  description: "Change the scaling of an app.",
  options: [{ kind: "one", names: ["--keep-alive"], key: "keepAlive", convert: "int", help: "seconds" }],
  positionals: [appName]
})

const deploy = echo({
  description: "Deploy.",
  options: [
    { kind: "flag", names: ["--attach"], key: "attach", exclusive: "attach", help: "wait" },
    { kind: "flag", names: ["--detach"], key: "detach", exclusive: "attach", help: "do not wait" },
    { kind: "append", names: ["--annotation"], key: "annotation", metavar: "KEY=VALUE", help: "repeats" }
  ],
  positionals: [{ key: "app_ref", count: "?", help: "what to deploy" }]
})

const fail = Leaf.make({
  grammar: {
    description: "Fail.",
    options: [...outputOptions],
    positionals: [
      { key: "how", count: "?", help: "input, defect, say or failure" },
      { key: "text", count: "?", help: "what to say" }
    ]
  },
  words: Schema.Struct({ how: Schema.optionalKey(Schema.String), text: Schema.optionalKey(Schema.String) }),
  run: ({ how, text = "" }): Effect.Effect<number, InvalidInput | CommandFailed> => {
    const because = new RangeError("the root of it")
    if (how === "defect") return Effect.die(because)
    if (how === "say") return Effect.fail(new CommandFailed({ text }))
    if (how === "input") return Effect.fail(new InvalidInput({ text: "ebb.yaml is wrong\nline two", because }))
    return Effect.fail(new CommandFailed({ text: "It failed", because }))
  }
})

const wait = Leaf.make({
  grammar: { description: "Wait.", options: [], positionals: [] },
  words: Schema.Struct({}),
  interruptedExit: 130,
  run: () => Effect.never
})

const entry = (name: string, leaf: LeafCommand | Group, aliases: ReadonlyArray<string> = []) => ({
  name,
  aliases,
  summary: `${name} it`,
  load: () => Promise.resolve(leaf)
})

const apps: Group = {
  kind: "group",
  description: "Manage apps.",
  entries: [
    entry("list", echo({ description: "List.", options: [...outputOptions], positionals: [] })),
    entry("scale", scale),
    entry("rollout", rollout),
    entry("runners", runners)
  ]
}

/** A program with the grammar of some commands of the public CLI, each of which prints what it was given. */
export const program: Program = {
  name: "ebb",
  version: "1.2.3",
  root: {
    kind: "group",
    description: "A program to test the grammar with.",
    entries: [entry("apps", apps, ["app"]), entry("deploy", deploy), entry("fail", fail), entry("wait", wait)],
    elsewhere: new Map([["auth", "Keys come from ebb up."]])
  }
}

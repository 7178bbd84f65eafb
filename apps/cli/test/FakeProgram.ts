import { Effect } from "effect"
import * as Argument from "@ebb/cli/kit/Argument"
import type { Group, Leaf as LeafCommand } from "@ebb/cli/kit/Command"
import { CommandFailed, InvalidInput } from "@ebb/cli/kit/Errors"
import * as Leaf from "@ebb/cli/kit/Leaf"
import { Output } from "@ebb/cli/kit/Output"
import type { Program } from "@ebb/cli/kit/Program"

/** A command that prints what it was given; what was not is left out. */
const echo = (description: string, accepts: Argument.Arguments): LeafCommand =>
  Leaf.make({
    description,
    accepts,
    run: Effect.fnUntraced(function* (given) {
      const said = Object.entries<unknown>(given).filter(
        ([, value]) => value !== false && !(Array.isArray(value) && value.length === 0)
      )
      yield* (yield* Output).value(Object.fromEntries(said))
      return 0
    })
  })

const team = Argument.text("--team", "act for that team")
const env = Argument.text("--env", "target environment")
const appName = Argument.word("name of the app")

const rollout = echo("Restart every runner of an app.", {
  team,
  force: Argument.flag("--force", "kill the runners at once", { exclusive: "order" }),
  env,
  order: Argument.choice(
    "--order",
    ["stop_first", "replace_first"],
    "stop the old runner first, or start its replacement first",
    { exclusive: "order" }
  ),
  wait: Argument.flag("--wait", "return when the rollout is finished"),
  watch: Argument.flag("--watch", "the same with a live view"),
  ...Argument.output,
  app_name: appName
})

const runners = echo("List the runners of an app.", {
  team,
  ...Argument.output,
  since: Argument.text("--since", "also those that ended since then"),
  state: Argument.listOf("--state", ["idle", "running"], "only those states"),
  env,
  app_name: appName
})

const scale = echo("Change the scaling of an app.", {
  keepAlive: Argument.int("--keep-alive", "seconds"),
  app_name: appName
})

const deploy = echo("Deploy.", {
  attach: Argument.flag("--attach", "wait", { exclusive: "attach" }),
  detach: Argument.flag("--detach", "do not wait", { exclusive: "attach" }),
  annotation: Argument.repeated("--annotation", "repeats", { metavar: "KEY=VALUE" }),
  app_ref: Argument.optionalWord("what to deploy")
})

const fail = Leaf.make({
  description: "Fail.",
  accepts: {
    ...Argument.output,
    how: Argument.optionalWord("input, defect, say or failure"),
    text: Argument.optionalWord("what to say")
  },
  run: ({ how, text = "" }): Effect.Effect<number, InvalidInput | CommandFailed> => {
    const because = new RangeError("the root of it")
    if (how === "defect") return Effect.die(because)
    if (how === "say") return Effect.fail(new CommandFailed({ text }))
    if (how === "input") return Effect.fail(new InvalidInput({ text: "ebb.yaml is wrong\nline two", because }))
    return Effect.fail(new CommandFailed({ text: "It failed", because }))
  }
})

/** Says how its result is asked for. */
const list = Leaf.make({
  description: "List.",
  accepts: Argument.output,
  run: Effect.fnUntraced(function* () {
    const { json, value } = yield* Output
    yield* value({ json })
    return 0
  })
})

const wait = Leaf.make({ description: "Wait.", accepts: {}, interruptedExit: 130, run: () => Effect.never })

/** Goes on for ever, unless it is told that it has an end. */
const endless = Leaf.make({
  description: "Stream.",
  accepts: { finite: Argument.flag("--finite", "end by itself") },
  unreadExit: 0,
  run: ({ finite }) => (finite ? Effect.succeed(5) : Effect.never)
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
  entries: [entry("list", list), entry("scale", scale), entry("rollout", rollout), entry("runners", runners)]
}

/** A program with the grammar of some commands of the public CLI, each of which prints what it was given. */
export const program: Program = {
  name: "ebb",
  version: "1.2.3",
  welcome: "Welcome.\n",
  root: {
    kind: "group",
    description: "A program to test the grammar with.",
    entries: [
      entry("apps", apps, ["app"]),
      entry("deploy", deploy),
      entry("fail", fail),
      entry("wait", wait),
      entry("endless", endless)
    ],
    elsewhere: new Map([["auth", "Keys come from ebb up."]])
  }
}

import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Effect } from "effect"
import { Command } from "effect/cli"

const empty = Command.make("empty", {}, () => Effect.void)
NodeRuntime.runMain(Effect.provide(Command.run(empty, { version: "0.0.0" }), NodeServices.layer))

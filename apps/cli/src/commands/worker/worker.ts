import * as Ports from "@ebb/processes/Ports"
import * as Format from "@ebb/text/Format"
import { version } from "@ebb/text/Version"
import { Effect, Layer } from "effect"
import { availableParallelism, networkInterfaces } from "node:os"
import * as Database from "../../cluster/Database.ts"
import * as WithJobs from "../../jobs/WithJobs.ts"
import * as Argument from "../../kit/Argument.ts"
import { CommandFailed } from "../../kit/Errors.ts"
import { BadValue } from "../../kit/Grammar.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import * as Progress from "../../kit/Progress.ts"
import { quote } from "../../kit/Text.ts"

const addressOf = (word: string) => {
  const [, host = "", port = ""] = /^(.+):(\d+)$/.exec(word) ?? []
  if (host !== "" && Number(port) > 0 && Number(port) < 65_536) return { host, port: Number(port) }
  throw new BadValue(`must be HOST:PORT, such as 10.0.0.5:7300, got ${quote(word)}`)
}

const accepts = {
  cluster: Argument.required(Database.option("the database that ebb sweep names too")),
  address: Argument.parsed(
    "--address",
    addressOf,
    "where other members of the cluster reach this one (default: found by itself)",
    {
      metavar: "HOST:PORT",
      show: ({ host, port }) => `${host}:${port}`
    }
  ),
  ...WithJobs.accepts,
  ...Argument.output
}

/** An address of this machine that others can reach, if it has one. */
const ownHost = (): string => {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
  return addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1"
}

const cannotListen = ({ host, port }: { readonly host: string; readonly port: number }, because: unknown) => {
  const text = `cannot listen at ${host}:${port}: something else may listen there. Choose another with --address`
  return Effect.fail(new CommandFailed({ text, because }))
}

const run = Effect.fn("worker")(function* ({
  address,
  cluster,
  jobs = availableParallelism()
}: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const [Member, Trials] = yield* Effect.promise(() =>
    Promise.all([import("../../cluster/Member.ts"), import("../../cluster/Trials.ts")])
  )
  const at = address ?? { host: ownHost(), port: yield* Effect.promise(() => Ports.draw()) }
  const progress = Progress.make(output.io, () => performance.now())
  let done = 0
  const trials = Trials.work(() => progress.say(`${Format.counted(++done, "trial")} done`))
  const started = Effect.suspend(() => {
    const shown = { version, address: `${at.host}:${at.port}`, jobs, cluster: Database.shownOf(cluster) }
    const threads = Format.counted(jobs, "thread")
    return output.json
      ? output.value(shown)
      : output.result(
          `Worker of ebb ${version} at ${shown.address}, ${threads}, for ${shown.cluster}. Ctrl-C ends it.\n`
        )
  })
  const worker = Layer.provide(trials, Member.working(at))
  const launched = Layer.launch(Layer.provideMerge(Layer.effectDiscard(started), worker)).pipe(
    Effect.provide(Database.layer(cluster)),
    Effect.catchTag("SocketServerError", (because) => cannotListen(at, because)),
    Effect.catchTag("ConfigError", Effect.die),
    Effect.ensuring(Effect.sync(progress.clear))
  )
  return yield* WithJobs.onWorkers(launched, jobs)
})

/** `ebb worker --cluster URL` */
export const worker = Leaf.make({
  description:
    "Run trials on this machine for every ebb sweep that names the same database. Any number of machines can join, and " +
    "each can leave at any time.",
  accepts,
  examples: ["ebb worker --cluster postgres://ebb@db.internal/ebb"],
  interruptedExit: 0,
  run
})

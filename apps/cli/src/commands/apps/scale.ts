import * as Api from "@ebb/protocol/rest/Api"
import type { ScalePatch } from "@ebb/protocol/rest/Shapes"
import { Effect, Schema } from "effect"
import { type Grammar, type Option, outputOptions } from "../../kit/Grammar.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect, envQuery } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as AppTable from "../../sandbox/AppTable.ts"

const numbers = [
  ["keep_alive", "seconds that an idle runner stays"],
  ["max_multiplexing", "requests that one runner works on at a time"],
  ["max_concurrency", "most runners"],
  ["min_concurrency", "fewest runners"],
  ["concurrency_buffer", "runners to keep ready beyond need"],
  ["concurrency_buffer_perc", "the same, in percent of need"],
  ["scaling_delay", "seconds a request waits before a runner is started for it"],
  ["request_timeout", "seconds that one attempt may take"],
  ["startup_timeout", "seconds that a set-up may take"]
] as const

const numberOptions = numbers.map(([key, help]): Option => ({
  kind: "one",
  names: [`--${key.replaceAll("_", "-")}`],
  key,
  convert: "int",
  help
}))

const grammar: Grammar = {
  description: "Change an app's settings in force; what is not given stays.",
  options: [
    Options.team,
    Options.host,
    ...numberOptions,
    { kind: "list", names: ["--machine-types"], key: "machine_types", help: "machine types, in order of preference" },
    { kind: "list", names: ["--regions"], key: "valid_regions", metavar: "REGIONS", help: "regions to run in" },
    Options.env,
    ...outputOptions
  ],
  positionals: [{ key: "app_name", help: "the app" }],
  examples: ["ebb apps scale myapp --min-concurrency 4 --keep-alive 300"]
}

const number = Schema.optionalKey(Schema.Int)
const list = Schema.optionalKey(Schema.Array(Schema.String))
const words = Schema.Struct({
  ...Options.wordsWithEnv,
  keep_alive: number,
  max_multiplexing: number,
  max_concurrency: number,
  min_concurrency: number,
  concurrency_buffer: number,
  concurrency_buffer_perc: number,
  scaling_delay: number,
  request_timeout: number,
  startup_timeout: number,
  machine_types: list,
  valid_regions: list,
  app_name: Schema.String
})

/** What comes from a revision's code, and so is lost with the next one. */
const untilDeploy = ["max_multiplexing", "startup_timeout", "machine_types"] as const

const reset = (patch: ScalePatch): string | null => {
  const given = untilDeploy.filter((key) => patch[key] !== undefined)
  if (given.length === 0) return null
  return `Note: Please be aware that ${given.join(", ")} will be reset on the next deployment.`
}

const run = Effect.fn("apps.scale")(function* ({ app_name: app, env, host, team, ...patch }: typeof words.Type) {
  const output = yield* Output
  if (Object.keys(patch).length === 0) {
    const text = "No parameters for update were provided, ignoring.\n"
    yield* output.json ? output.value({ apps: [] }) : output.result(text)
    return 0
  }
  const connection = yield* connect({
    ...(host === undefined ? {} : { host }),
    ...(team === undefined ? {} : { team })
  })
  const query = envQuery(output.io, env)
  const { app: info } = yield* ask(connection, Api.scale, { params: { app }, query, body: patch })
  if (output.json) {
    yield* output.value({ apps: [AppTable.json(info)] })
    return 0
  }
  yield* output.result(AppTable.render([info], output.stdout))
  const note = reset(patch)
  if (note !== null) yield* output.warn(note)
  return 0
})

/** `ebb apps scale APP` */
export const scale = Leaf.make({ grammar, words, run })

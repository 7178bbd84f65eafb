import { byWire, settings, settingsWith } from "@ebb/core/domain/Settings"
import * as Api from "@ebb/protocol/rest/Api"
import type { ScalePatch } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect, envQuery } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as AppTable from "../../sandbox/AppTable.ts"

const accepts = {
  team: Options.team,
  host: Options.host,
  ...byWire(settingsWith({ isScaled: true }), ({ help, wire }) => Argument.int(`--${wire.replaceAll("_", "-")}`, help)),
  machine_types: Argument.list("--machine-types", "machine types, in order of preference"),
  valid_regions: Argument.list("--regions", "regions to run in", { metavar: "REGIONS" }),
  env: Options.env,
  ...Argument.output,
  app_name: Argument.word("the app")
}

/** What comes from a revision's code, and so is lost with the next one. */
const untilDeploy = [
  ...settingsWith({ isScaled: true, of: "revision" }).map((key) => settings[key].wire),
  "machine_types"
] as const

const reset = (patch: ScalePatch): string | null => {
  const given = untilDeploy.filter((key) => patch[key] !== undefined)
  if (given.length === 0) return null
  return `Note: Please be aware that ${given.join(", ")} will be reset on the next deployment.`
}

const run = Effect.fn("apps.scale")(function* ({
  app_name: app,
  env,
  host,
  team,
  ...patch
}: Argument.Given<typeof accepts>) {
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
export const scale = Leaf.make({
  description: "Change an app's settings in force; what is not given stays.",
  accepts,
  examples: ["ebb apps scale myapp --min-concurrency 4 --keep-alive 300"],
  run
})

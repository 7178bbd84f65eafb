import { defaultRevision } from "@ebb/core/domain/App"
import { type Setting, settings, settingsWith } from "@ebb/core/domain/Settings"
import { fromMs } from "@ebb/text/Duration"

type Default = readonly [path: string, value: string]

const inWords = ({ default: value, unit }: Setting): string => (unit === "seconds" ? fromMs(value * 1000) : `${value}`)

/** Of the settings in that part of a spec. */
const settingsIn = (part: Setting["part"]): ReadonlyArray<Default> =>
  settingsWith({ part }).map((key) => [`${part}.${settings[key].wire}`, inWords(settings[key])])

/** Every value that a spec from evidence has, in order; what holds where nobody knows (docs/spec.md). */
export const defaults: ReadonlyArray<Default> = [
  ["app.name", "app"],
  ["app.machine_type", defaultRevision.machineTypes[0]],
  ...settingsIn("app"),
  ["app.rollout_order", defaultRevision.rolloutOrder],
  ...settingsIn("scaling"),
  ["runner.scheduling", "2s"],
  ["runner.docker_pull", "0s"],
  ["runner.setup", "8s"],
  ["runner.teardown", "1s"],
  ["runner.interference", "0"],
  ["traffic[0].kind", "direct"],
  ["traffic[0].arrivals", "{ poisson: 1/s }"],
  ["traffic[0].service", "1s"],
  ["run.for", "1h"]
]

/** How to come to know what requests alone do not say. */
export const howToKnow: Readonly<Record<string, string>> = {
  "runner.setup":
    "fal:APP, sandbox:APP or kubernetes:FILE with kubectl get pod -o json, or write how long it takes from a process started to its port open",
  "app.termination_grace_period": "kubernetes:FILE with the Deployment, or write the time from SIGTERM to SIGKILL",
  "traffic[0].kind":
    "write queued where callers submit to the queue: it says whether a request that is cut is tried again",
  "app.machine_type": "write it: it decides what the run costs"
}

import { byWire, settings, settingsWith } from "@ebb/core/domain/Settings"
import type { RevisionInfo } from "@ebb/protocol/rest/Shapes"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"

/** Settings by the names of the public command line; times in seconds. */
type Settings = Readonly<Record<string, string>>

const scaled = settingsWith({ isScaled: true })
const ofRevision = settingsWith({ isScaled: true, of: "revision" })

/** What a revision brings with it, and with it what an app keeps over deploys (platform rule 9). */
const ofSpec = ({ app: { revision, scaling } }: RehearsalSpec, withScaling: boolean): Settings => {
  const values = { ...revision, ...scaling }
  return {
    machine_types: revision.machineTypes.join(" "),
    ...byWire(withScaling ? scaled : ofRevision, (_, key) => `${values[key]}`)
  }
}

const ofDeployed = (revision: RevisionInfo): Settings => ({
  machine_types: revision.machine_types.join(" "),
  ...byWire(scaled, (_, key) => `${revision[settings[key].wire]}`)
})

/** A line for each setting that a deploy would change; all of them where the app is new. */
export const lines = (
  spec: RehearsalSpec,
  current: RevisionInfo | null,
  resetsScale: boolean
): ReadonlyArray<string> => {
  const after = ofSpec(spec, resetsScale || current === null)
  const before = current === null ? {} : ofDeployed(current)
  return Object.entries(after)
    .filter(([name, value]) => before[name] !== value)
    .map(([name, value]) => `  ${name}: ${current === null ? "" : `${before[name]} → `}${value}`)
}

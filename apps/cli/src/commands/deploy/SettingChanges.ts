import type { RevisionInfo } from "@ebb/protocol/rest/Shapes"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"

/** Settings by the names of the public command line; times in seconds. */
type Settings = Readonly<Record<string, string>>

/** What a revision brings with it, and with it what an app keeps over deploys (platform rule 9). */
const ofSpec = ({ app: { revision, scaling } }: RehearsalSpec, withScaling: boolean): Settings => ({
  machine_types: revision.machineTypes.join(" "),
  max_multiplexing: `${revision.maxMultiplexing}`,
  startup_timeout: `${revision.startupTimeoutSeconds}`,
  ...(withScaling
    ? {
        keep_alive: `${scaling.keepAliveSeconds}`,
        min_concurrency: `${scaling.minConcurrency}`,
        max_concurrency: `${scaling.maxConcurrency}`,
        concurrency_buffer: `${scaling.concurrencyBuffer}`,
        concurrency_buffer_perc: `${scaling.concurrencyBufferPerc}`,
        scaling_delay: `${scaling.scalingDelaySeconds}`,
        request_timeout: `${scaling.requestTimeoutSeconds}`
      }
    : {})
})

const ofRevision = (revision: RevisionInfo): Settings => ({
  machine_types: revision.machine_types.join(" "),
  max_multiplexing: `${revision.max_multiplexing}`,
  startup_timeout: `${revision.startup_timeout}`,
  keep_alive: `${revision.keep_alive}`,
  min_concurrency: `${revision.min_concurrency}`,
  max_concurrency: `${revision.max_concurrency}`,
  concurrency_buffer: `${revision.concurrency_buffer}`,
  concurrency_buffer_perc: `${revision.concurrency_buffer_perc}`,
  scaling_delay: `${revision.scaling_delay}`,
  request_timeout: `${revision.request_timeout}`
})

/** A line for each setting that a deploy would change; all of them where the app is new. */
export const lines = (
  spec: RehearsalSpec,
  current: RevisionInfo | null,
  resetsScale: boolean
): ReadonlyArray<string> => {
  const after = ofSpec(spec, resetsScale || current === null)
  const before = current === null ? {} : ofRevision(current)
  return Object.entries(after)
    .filter(([name, value]) => before[name] !== value)
    .map(([name, value]) => `  ${name}: ${current === null ? "" : `${before[name]} → `}${value}`)
}

import type { Bar } from "./Bar.ts"
import { median, perSecond } from "./Numbers.ts"
import { Listening, output, program, unbound } from "./Programs.ts"
import type { Measured } from "./programs/virtual.ts"

const connections = 64
const rounds = 40
const repetitions = 3

interface Address {
  readonly url: string
  readonly key: string
}

/** Answers a second of servers that share core 0, each in its own slices of time; their callers have core 1. */
const throughputs = async (names: ReadonlyArray<string>): Promise<ReadonlyArray<ReadonlyArray<number>>> => {
  const servers: Array<Listening<Address>> = []
  try {
    for (const name of names) servers.push(await Listening.start<Address>(program(name)))
    const addresses = servers.flatMap(({ said }) => [said.url, said.key])
    return await output(program("load", [connections, rounds, ...addresses], 1))
  } finally {
    for (const server of servers) await server.stop()
  }
}

const requests = async (): Promise<Bar> => {
  const [bare = [], live = []] = await throughputs(["bareServer", "liveServer"])
  return {
    name: "live: direct requests/s against bare Bun.serve",
    measured: median(live.map((perRound, round) => perRound / bare[round]!)),
    least: 0.5,
    unit: "×",
    detail: `${perSecond(median(live))} against ${perSecond(median(bare))}; ${connections} connections`
  }
}

const runners = 10_000

interface RolloutCost {
  readonly ms: number
  readonly rss: number
}

const simulated = 100_000

/** What that many requests take in the virtual world: how fast this machine is, by the same code. */
const simulatedMs = async (): Promise<number> => {
  const [measured] = await output<ReadonlyArray<Measured>>(program("virtual", [100, simulated, 15]))
  return (median(measured!.fleet) * simulated) / 1e6
}

const rollout = async (): Promise<ReadonlyArray<Bar>> => {
  const runs: Array<RolloutCost & { readonly simulatedMs: number }> = []
  for (let n = 0; n < repetitions; n++) {
    runs.push({ ...(await output<RolloutCost>(program("rollout", [runners]))), simulatedMs: await simulatedMs() })
  }
  const detail = `${runners} simulated runners, a request in flight on each`
  const milliseconds = (all: ReadonlyArray<number>): string => `${median(all).toFixed(0)} ms`
  const against = `${milliseconds(runs.map(({ ms }) => ms))} against ${milliseconds(runs.map((run) => run.simulatedMs))}`
  return [
    {
      name: `live: rollout, until every runner is signalled, against ${simulated} simulated requests`,
      measured: median(runs.map((run) => run.ms / run.simulatedMs)),
      most: 4,
      unit: "×",
      detail: `${against}; ${detail}`
    },
    {
      name: "live: resident memory then",
      measured: median(runs.map(({ rss }) => rss)) / 2 ** 20,
      most: 1024,
      unit: " MiB",
      detail
    }
  ]
}

const commands = {
  first_dry_run: "first dry run",
  dry_run: "dry run",
  stop_first: "graceful",
  replace_first: "replace first",
  force: "force",
  force_lost: "force, nothing retried",
  expire: "all expire, idle",
  scale_down: "scaled down, idle",
  delete: "deleted, idle",
  recreate: "deployed anew, idle",
  more_gpus: "GPUs for all at once, idle",
  more_slots: "twice the slots, as many in line",
  journal_part: "another part of the journal",
  runners_list: "a list of all runners",
  runners_list_grpc: "a list of all runners over gRPC",
  page_opens: "a page opens",
  stop_first_watched: "graceful, a page open",
  force_watched: "force, a page open",
  delete_waiting: "deleted, as many in line",
  delete_revision: "its revision deleted, all draining",
  scale_down_meanwhile: "scaled down while force goes on",
  delete_meanwhile: "deleted while force goes on",
  rolling_meanwhile: "deployed while force goes on",
  recreate_meanwhile: "deployed anew while force goes on"
} as const

/** Everybody else waits meanwhile. */
const stalls = async (): Promise<ReadonlyArray<Bar>> => {
  const bars: Array<Bar> = []
  for (const [command, name] of Object.entries(commands)) {
    const runs: Array<number> = []
    for (let n = 0; n < repetitions; n++) runs.push(await output<number>(unbound("stalls", [runners, command])))
    const all = runs.map((ms) => ms.toFixed(0)).join(", ")
    const load = name.endsWith("idle") ? "nothing in flight" : "a request in flight on each"
    const detail = `${runners} simulated runners, ${load}; ${all} ms`
    bars.push({ name: `live: longest stall, ${name}`, measured: median(runs), most: 50, unit: " ms", detail })
  }
  return bars
}

const few = 10
const many = 100_000

const queue = async (): Promise<Bar> => {
  const { fewMs, manyMs } = await output<{ readonly fewMs: number; readonly manyMs: number }>(
    program("queue", [few, many])
  )
  return {
    name: `live: submission, status and cancel with ${many} waiting against ${few}`,
    measured: manyMs / fewMs,
    most: 1.5,
    unit: "×",
    detail: `${manyMs.toFixed(2)} ms against ${fewMs.toFixed(2)} ms, medians`
  }
}

export const bars = async (): Promise<ReadonlyArray<Bar>> => [
  await requests(),
  await queue(),
  ...(await rollout()),
  ...(await stalls())
]

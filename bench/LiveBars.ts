import type { Bar } from "./Bar.ts"
import { median, perSecond } from "./Numbers.ts"
import { Listening, output, program } from "./Programs.ts"

const connections = 64
const seconds = 3
const repetitions = 3

interface Address {
  readonly url: string
  readonly key: string
}

/** Answers a second of a server that has core 0 to itself; its callers have core 1. */
const throughput = async (server: string): Promise<number> => {
  const listening = await Listening.start<Address>(program(server))
  const { key, url } = listening.said
  try {
    return await output<number>(program("load", [url, key, connections, seconds], 1))
  } finally {
    await listening.stop()
  }
}

const requests = async (): Promise<Bar> => {
  const pairs: Array<{ readonly live: number; readonly bare: number }> = []
  for (let n = 0; n < repetitions; n++) {
    pairs.push({ bare: await throughput("bareServer"), live: await throughput("liveServer") })
  }
  const live = median(pairs.map((pair) => pair.live))
  const bare = median(pairs.map((pair) => pair.bare))
  return {
    name: "live: direct requests/s against bare Bun.serve",
    measured: median(pairs.map((pair) => pair.live / pair.bare)),
    least: 0.5,
    unit: "×",
    detail: `${perSecond(live)} against ${perSecond(bare)}; ${connections} connections`
  }
}

const runners = 10_000

interface RolloutCost {
  readonly ms: number
  readonly rss: number
}

const rollout = async (): Promise<ReadonlyArray<Bar>> => {
  const runs: Array<RolloutCost> = []
  for (let n = 0; n < repetitions; n++) runs.push(await output<RolloutCost>(program("rollout", [runners])))
  const detail = `${runners} simulated runners, a request in flight on each`
  const ms = median(runs.map((run) => run.ms))
  const mebibytes = median(runs.map((run) => run.rss)) / 2 ** 20
  return [
    { name: "live: rollout, until every runner is signalled", measured: ms, most: 250, unit: " ms", detail },
    { name: "live: resident memory then", measured: mebibytes, most: 1024, unit: " MiB", detail }
  ]
}

export const bars = async (): Promise<ReadonlyArray<Bar>> => [await requests(), ...(await rollout())]

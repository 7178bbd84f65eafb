import { writeFileSync } from "node:fs"
import { type Profiler, Session } from "node:inspector"
import { join } from "node:path"
import type { Io } from "./Io.ts"
import { reason } from "./Reason.ts"

const linesMax = 30
const sampleUs = 200

interface Spent {
  readonly place: string
  samples: number
  ownUs: number
  wholeUs: number
}

/** A profile being taken; `stop` ends it and hands it over. */
export interface Running {
  readonly stop: () => Promise<Profiler.Profile>
}

/** Starts to sample this process. */
export const start = (): Running => {
  const session = new Session()
  session.connect()
  session.post("Profiler.enable")
  session.post("Profiler.setSamplingInterval", { interval: sampleUs })
  session.post("Profiler.start")
  const stop = () =>
    new Promise<Profiler.Profile>((resolve, reject) => {
      session.post("Profiler.stop", (error, result) => {
        session.disconnect()
        if (error === null) resolve(result.profile)
        else reject(error)
      })
    })
  return { stop }
}

const placeOf = ({ functionName, lineNumber, url }: Profiler.ProfileNode["callFrame"]): string => {
  const file = url.split("/").at(-1) ?? ""
  return `${file === "" ? "~" : `${file}:${lineNumber + 1}`}(${functionName === "" ? "anonymous" : functionName})`
}

/** The places on the way from the root to each node, each place once. */
const pathsOf = (profile: Profiler.Profile): ReadonlyMap<number, ReadonlyArray<string>> => {
  const paths = new Map<number, ReadonlyArray<string>>()
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const visit = (id: number, above: ReadonlyArray<string>): void => {
    const node = nodes.get(id)
    if (node === undefined) return
    const place = placeOf(node.callFrame)
    const path = node.callFrame.functionName === "(root)" ? above : [...above.filter((one) => one !== place), place]
    paths.set(id, path)
    for (const child of node.children ?? []) visit(child, path)
  }
  const first = profile.nodes[0]
  if (first !== undefined) visit(first.id, [])
  return paths
}

const spentOf = (profile: Profiler.Profile): ReadonlyArray<Spent> => {
  const all = new Map<string, Spent>()
  const paths = pathsOf(profile)
  for (const [at, id] of (profile.samples ?? []).entries()) {
    const path = paths.get(id) ?? []
    const us = profile.timeDeltas?.[at] ?? 0
    for (const place of path) {
      const spent = all.get(place) ?? { place, samples: 0, ownUs: 0, wholeUs: 0 }
      spent.wholeUs += us
      if (place === path.at(-1)) {
        spent.samples += 1
        spent.ownUs += us
      }
      all.set(place, spent)
    }
  }
  return [...all.values()].sort((a, b) => b.wholeUs - a.wholeUs)
}

const seconds = (us: number): string => (us / 1e6).toFixed(3).padStart(8)

const line = ({ ownUs, place, samples, wholeUs }: Spent): string => {
  const per = (us: number) => seconds(samples === 0 ? 0 : us / samples)
  return `${String(samples).padStart(9)} ${seconds(ownUs)} ${per(ownUs)} ${seconds(wholeUs)} ${per(wholeUs)} ${place}`
}

/** The program's own: neither the runtime nor a library. */
const isOwn = ({ url }: Profiler.ProfileNode["callFrame"]): boolean =>
  url !== "" && !url.startsWith("node:") && !url.includes("node_modules")

/** The table of `--cprofile`: functions of the program itself, by the time spent in and below them. The profiler takes samples, so `ncalls` counts those. */
export const table = (profile: Profiler.Profile): string => {
  const own = new Set(profile.nodes.filter(({ callFrame }) => isOwn(callFrame)).map((node) => placeOf(node.callFrame)))
  const spent = spentOf(profile).filter(({ place }) => own.has(place))
  const wall = (profile.endTime - profile.startTime) / 1e6
  const lines = [
    `         ${profile.samples?.length ?? 0} samples in ${wall.toFixed(3)} seconds`,
    "",
    "   Ordered by: cumulative time",
    "",
    "   ncalls  tottime  percall  cumtime  percall filename:lineno(function)",
    ...spent.slice(0, linesMax).map(line),
    ""
  ]
  return `${lines.join("\n")}\n`
}

/** Prints the table and keeps the profile beside it, for a viewer; the exit code of that. */
export const report = async (io: Io, command: string, running: Running): Promise<0 | 2> => {
  const profile = await running.stop()
  const name = `ebb-${command.replaceAll(" ", "-")}-${io.pid}.cpuprofile`
  io.stderr.write(table(profile))
  try {
    writeFileSync(join(io.cwd, name), JSON.stringify(profile))
    io.stderr.write(`Profile written to ${name}\n`)
  } catch (error) {
    io.stderr.write(`✘ The profile was not written to ${name}: ${reason(error)}\n`)
    return 2
  }
  return 0
}

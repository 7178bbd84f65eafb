import * as CurrentSystem from "./system/CurrentSystem.ts"

/**
 * What a look costs this machine, in milliseconds: the processor time of this process. On a busy machine a look lasts for much
 * longer, and whoever paused in proportion to that would be blind for seconds. Where other programs do the looking only that is known.
 */
export const ofLook = <A>(look: () => A): readonly [seen: A, costMs: number] => {
  const startMs = performance.now()
  const before = process.cpuUsage()
  const seen = look()
  const { system, user } = process.cpuUsage(before)
  return [seen, CurrentSystem.current().isSlow ? performance.now() - startMs : (user + system) / 1000]
}

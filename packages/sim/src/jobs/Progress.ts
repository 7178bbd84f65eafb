import type { Tell } from "./Task.ts"

/** Adds up what several jobs tell of their work; each has a number of its own. */
export const sumOf = (told: (done: number, requests: number) => void): ((job: number) => Tell) => {
  const jobs = new Map<number, readonly [done: number, requests: number]>()
  const sum = (of: 0 | 1): number => [...jobs.values()].reduce((all, each) => all + each[of], 0)
  return (job) => (done, requests) => {
    jobs.set(job, [done, requests])
    told(sum(0), sum(1))
  }
}

/** What queueing theory says of a queue in its steady state; times in the unit of the service time, rates in its inverse. */
export interface Theory {
  /** How likely an arrival has to wait. */
  readonly waitProbability: number
  /** Mean time in line. */
  readonly meanWait: number
}

/** Erlang's C formula for M/M/c (Erlang 1917), from B by its recursion B(n) = a B(n-1) / (n + a B(n-1)). */
export const erlangC = (servers: number, load: number): Theory => {
  const offered = servers * load
  let blocked = 1
  for (let n = 1; n <= servers; n++) blocked = (offered * blocked) / (n + offered * blocked)
  const waitProbability = blocked / (1 - load * (1 - blocked))
  return { waitProbability, meanWait: waitProbability / (servers * (1 - load)) }
}

/** The Pollaczek-Khinchine formula for M/G/1: the mean wait grows with the second moment of the service time. */
export const pollaczekKhinchine = (rate: number, mean: number, secondMoment: number): Theory => {
  const load = rate * mean
  return { waitProbability: load, meanWait: (rate * secondMoment) / (2 * (1 - load)) }
}

/** M/M/c/K in its steady state: p(n) for n = 0 … K requests in the system, from detailed balance. */
export const finiteQueue = (servers: number, places: number, load: number): ReadonlyArray<number> => {
  const weights = [1]
  for (let n = 1; n <= places; n++) weights.push((weights[n - 1]! * servers * load) / Math.min(n, servers))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

const z99 = 2.3263478740408408

/** Mean and second moment of the lognormal distribution with these percentiles. */
export const lognormalMoments = (p50: number, p99: number) => {
  const variance = (Math.log(p99 / p50) / z99) ** 2
  return { mean: p50 * Math.exp(variance / 2), secondMoment: p50 ** 2 * Math.exp(2 * variance) }
}

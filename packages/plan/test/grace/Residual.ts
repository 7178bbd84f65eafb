import { specOf } from "../SpecOf.ts"

/** So many runners that nobody waits. */
export const idle = (service: unknown) =>
  specOf({
    app: { name: "a", machine_type: "S", max_multiplexing: 1 },
    scaling: { min_concurrency: 60, max_concurrency: 60 },
    runner: { scheduling: "0s", setup: "1s" },
    traffic: [{ kind: "direct", arrivals: { poisson: "5/s" }, service }],
    run: { for: "90m", warmup: "30m" }
  })

/** The standard normal distribution function, by the error function of Abramowitz and Stegun 7.1.26. */
const phi = (x: number): number => {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2)
  const series = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429]
  const tail = series.reduceRight((sum, a) => (sum + a) * t, 0) * Math.exp((-x * x) / 2)
  return x >= 0 ? 1 - tail / 2 : tail / 2
}

/** P(R > N) of the service that is left at an instant, N in seconds. */
export const tails = {
  exponential: { service: { exponential: { mean: "4s" } }, tail: (n: number) => Math.exp(-n / 4) },
  constant: { service: "4s", tail: (n: number) => Math.max(0, 1 - n / 4) },
  uniform: {
    service: { uniform: { min: "2s", max: "6s" } },
    tail: (n: number) => (n < 2 ? 1 - n / 4 : n < 6 ? (6 - n) ** 2 / 32 : 0)
  },
  pareto: {
    service: { pareto: { min: "2s", shape: 2.5 } },
    tail: (n: number) => (n < 2 ? 1 - n / (10 / 3) : (1 / 2.5) * (2 / n) ** 1.5)
  },
  lognormal: {
    service: { lognormal: { p50: "4s", p99: "30s" } },
    tail: (n: number) => {
      const [mu, sigma] = [Math.log(4), Math.log(7.5) / 2.3263478740408408]
      const m = Math.exp(mu + sigma ** 2 / 2)
      return phi((mu + sigma ** 2 - Math.log(n)) / sigma) - (n / m) * phi((mu - Math.log(n)) / sigma)
    }
  }
}

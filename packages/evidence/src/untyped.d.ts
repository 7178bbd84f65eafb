declare module "@stdlib/stats-base-dists-gamma-cdf/lib/main.js" {
  export default function cdf(x: number, shape: number, rate: number): number
}
declare module "@stdlib/stats-base-dists-lognormal-cdf/lib/main.js" {
  export default function cdf(x: number, mu: number, sigma: number): number
}
declare module "@stdlib/stats-base-dists-t-quantile/lib/main.js" {
  export default function quantile(p: number, v: number): number
}
declare module "fast-kde" {
  /** Values of a normal kernel's density at `bins` places from one end of the extent to the other; they add up to 1. */
  export function density1d(
    values: ReadonlyArray<number>,
    options: {
      readonly bandwidth: number
      readonly bins: number
      readonly extent: readonly [from: number, to: number]
    }
  ): { readonly grid: () => Float64Array }
}

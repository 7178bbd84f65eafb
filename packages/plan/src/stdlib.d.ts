declare module "@stdlib/stats-base-dists-gamma-cdf/lib/main.js" {
  export default function cdf(x: number, shape: number, rate: number): number
}
declare module "@stdlib/math-base-special-pow/lib/main.js" {
  export default function pow(base: number, exponent: number): number
}
declare module "@stdlib/stats-base-dists-t-quantile/lib/main.js" {
  export default function quantile(p: number, v: number): number
}
declare module "@stdlib/math-base-special-ln/lib/main.js" {
  export default function ln(x: number): number
}

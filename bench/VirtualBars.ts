import type { Bar } from "./Bar.ts"
import { median, perSecond } from "./Numbers.ts"
import { output, program } from "./Programs.ts"
import type { Measured } from "./programs/virtual.ts"

const million = 1_000_000

const costOf = (sizes: ReadonlyArray<readonly [servers: number, requests: number, repetitions: number]>) =>
  output<ReadonlyArray<Measured>>(program("virtual", sizes.flat()))

const ratios = (above: ReadonlyArray<number>, below: ReadonlyArray<number>): ReadonlyArray<number> =>
  above.map((value, at) => value / below[at]!)

const rate = (nanoseconds: ReadonlyArray<number>): string => perSecond(1e9 / median(nanoseconds))
const cost = (nanoseconds: ReadonlyArray<number>): string => `${Math.round(median(nanoseconds))} ns`

/** The Fleet beside a bare event loop that does the same queue. */
const fleet = async (): Promise<Bar> => {
  const [measured] = await costOf([[100, million, 9]])
  const { bare, fleet } = measured!
  return {
    name: "virtual world: requests/s against a bare event loop",
    measured: median(ratios(bare, fleet)),
    least: 0.5,
    unit: "×",
    detail: `${rate(fleet)} against ${rate(bare)}; M/M/100 at load 0.9`
  }
}

const runners = async (): Promise<Bar> => {
  const [few, many] = await costOf([
    [10, million, 9],
    [10_000, million, 9]
  ])
  return {
    name: "cost of a request at 10,000 runners against 10",
    measured: median(ratios(many!.fleet, few!.fleet)),
    most: 2,
    unit: "×",
    detail: `${cost(many!.fleet)} against ${cost(few!.fleet)}, the runners' starts included`
  }
}

const requests = async (): Promise<Bar> => {
  const [few, many] = await costOf([
    [100, million / 10, 15],
    [100, 10 * million, 1]
  ])
  return {
    name: "cost of a request at 10 million against 100 thousand",
    measured: median(many!.fleet) / median(few!.fleet),
    most: 1.2,
    unit: "×",
    detail: `${cost(many!.fleet)} against ${cost(few!.fleet)}`
  }
}

interface Memory {
  readonly heap: number
  readonly rss: number
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`

const memory = async (): Promise<ReadonlyArray<Bar>> => {
  const few = await output<Memory>(program("memory", [million]))
  const many = await output<Memory>(program("memory", [10 * million]))
  const of = (what: keyof Memory, name: string, most: number): Bar => ({
    name: `${name} after 10 million requests against 1 million`,
    measured: many[what] / few[what],
    most,
    unit: "×",
    detail: `${mebibytes(many[what])} against ${mebibytes(few[what])}, after a collection`
  })
  return [of("heap", "heap", 1.05), of("rss", "resident memory", 1.1)]
}

export const bars = async (): Promise<ReadonlyArray<Bar>> => [
  await fleet(),
  await runners(),
  await requests(),
  ...(await memory())
]

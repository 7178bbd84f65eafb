/** The streams of keyed draws; those of traffic sources follow, `perSource` each, from `sources` on. */
export const streams = {
  scheduling: 1,
  schedulingFailure: 2,
  cached: 3,
  dockerPull: 4,
  setup: 5,
  setupFailure: 6,
  teardown: 7,
  slowTeardown: 8,
  crash: 9,
  hang: 10,
  service: 11,
  rolloutMoment: 12,
  /** Of a dry run: what is left of that which is under way, the gap before a request, how long it takes. */
  left: 20,
  arrival: 21,
  serviceOf: 22,
  sources: 32
} as const

const perSource = 8

/** The streams of one traffic source. */
export const streamsOf = (source: number) => {
  const first = streams.sources + source * perSource
  return { gap: first, kind: first + 1, service: first + 2, patience: first + 3, accept: first + 4, phase: first + 5 }
}

import fc from "fast-check"

/** One thing that happens to a small world, so many milliseconds after the one before. */
export type Happening =
  | {
      readonly do: "submit"
      readonly kind: 0 | 1 | 2
      readonly low: boolean
      readonly service: number
      readonly startTimeout: number | null
    }
  | { readonly do: "cancel"; readonly which: number; readonly gone: boolean }
  | { readonly do: "answer"; readonly which: number; readonly status: number; readonly control: number }
  | { readonly do: "broken"; readonly which: number; readonly by: number }
  | { readonly do: "rollout"; readonly way: 0 | 1 | 2 }
  | { readonly do: "stop" | "replace" | "kill" | "crash" | "hang"; readonly which: number }
  | {
      readonly do: "scale"
      readonly min: number
      readonly max: number
      readonly buffer: number
      readonly perc: number
      readonly slots: number
      readonly delay: number
    }
  | { readonly do: "deploy"; readonly way: number }
  | { readonly do: "restore"; readonly which: number; readonly rolling: boolean }
  | { readonly do: "killRevision"; readonly which: number }
  | { readonly do: "check"; readonly which: number; readonly origin: number; readonly ok: boolean }
  | { readonly do: "session"; readonly which: number; readonly what: number }
  | { readonly do: "secret" | "flush" | "delete" }
  | { readonly do: "capacity"; readonly gpus: number }

/** A small world's whole story. */
export interface Story {
  readonly seed: number
  readonly grace: number
  readonly slots: number
  readonly keepAlive: number
  readonly setupFailure: number
  /** As in the live world a killed runner holds its machine until its exit is reported. */
  readonly exitsReported: boolean
  /** As in the live world, where they are many more, a step of more runners goes on in further inputs; null: it is one input. */
  readonly runnersAtOnce: number | null
  readonly happenings: ReadonlyArray<{ readonly after: number; readonly what: Happening }>
}

const small = fc.nat({ max: 30 })
const rare = <A>(weight: number, arbitrary: fc.Arbitrary<A>) => ({ weight, arbitrary })

const happening: fc.Arbitrary<Happening> = fc.oneof(
  rare(
    40,
    fc.record({
      do: fc.constant("submit" as const),
      kind: fc.constantFrom(0 as const, 1 as const, 1 as const, 2 as const),
      low: fc.boolean(),
      service: fc.constantFrom(0, 500, 2000, 5000, 5000, 12_000, 60_000),
      startTimeout: fc.constantFrom(null, null, null, 200, 3000)
    })
  ),
  rare(4, fc.record({ do: fc.constant("cancel" as const), which: small, gone: fc.boolean() })),
  rare(
    4,
    fc.record({
      do: fc.constant("answer" as const),
      which: small,
      status: fc.constantFrom(200, 404, 429, 499, 500, 502, 503, 504),
      control: fc.nat({ max: 5 })
    })
  ),
  rare(3, fc.record({ do: fc.constant("broken" as const), which: small, by: fc.nat({ max: 3 }) })),
  rare(6, fc.record({ do: fc.constant("rollout" as const), way: fc.constantFrom(0 as const, 1 as const, 2 as const) })),
  rare(
    5,
    fc.record({
      do: fc.constantFrom("stop" as const, "replace" as const, "kill" as const, "crash" as const, "hang" as const),
      which: small
    })
  ),
  rare(
    3,
    fc.record({
      do: fc.constant("scale" as const),
      min: fc.nat({ max: 3 }),
      max: fc.integer({ min: 1, max: 8 }),
      buffer: fc.nat({ max: 2 }),
      perc: fc.constantFrom(0, 0, 50, 150),
      slots: fc.integer({ min: 1, max: 4 }),
      delay: fc.constantFrom(0, 0, 3)
    })
  ),
  rare(1, fc.record({ do: fc.constant("deploy" as const), way: fc.nat({ max: 2 }) })),
  rare(2, fc.record({ do: fc.constant("restore" as const), which: small, rolling: fc.boolean() })),
  rare(1, fc.record({ do: fc.constant("killRevision" as const), which: small })),
  rare(4, fc.record({ do: fc.constant("check" as const), which: small, origin: fc.nat({ max: 2 }), ok: fc.boolean() })),
  rare(5, fc.record({ do: fc.constant("session" as const), which: small, what: fc.nat({ max: 2 }) })),
  rare(
    3,
    fc.record({
      do: fc.constantFrom(...Array.from({ length: 7 }, () => "secret" as const), "flush" as const, "delete" as const)
    })
  ),
  rare(1, fc.record({ do: fc.constant("capacity" as const), gpus: fc.nat({ max: 6 }) }))
)

/** Random stories of up to 80 happenings, with faults. */
export const story: fc.Arbitrary<Story> = fc.record({
  seed: fc.nat(),
  grace: fc.constantFrom(0, 2, 5, 30),
  slots: fc.integer({ min: 1, max: 4 }),
  keepAlive: fc.constantFrom(0, 5, 60),
  setupFailure: fc.constantFrom(0, 0, 0.2, 0.9),
  exitsReported: fc.boolean(),
  happenings: fc.array(fc.record({ after: fc.constantFrom(0, 0, 100, 1000, 1000, 4000, 15_000), what: happening }), {
    maxLength: 80,
    size: "max"
  }),
  runnersAtOnce: fc.constantFrom(null, 1, 2)
})

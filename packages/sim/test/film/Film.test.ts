import { type Film, RunnerScene, showsRollout } from "@ebb/sim/film/Film"
import * as FilmWindow from "@ebb/sim/film/FilmWindow"
import { shoot } from "@ebb/sim/film/Shoot"
import * as Simulation from "@ebb/sim/experiment/Simulation"
import * as Presets from "@ebb/sim/spec/Presets"
import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"
import { assert, describe, it } from "vitest"

const specOf = (name: Presets.PresetName): Spec.RehearsalSpec =>
  Result.getOrThrow(Spec.parse(Presets.presets[name], { file: name, readFile: () => "" }))

const rolled = ["graceful", "replace", "force"] as const

const shot = (name: Presets.PresetName, mode: (typeof rolled)[number], seed = 1) => {
  const spec = specOf(name)
  const measures = Simulation.run(spec, mode, seed)
  const window = FilmWindow.of(measures.rollouts, spec.run.forMs)!
  return { measures, spec, film: shoot(spec, mode, seed, window) }
}

/** Since when each runner has been told to end, or is gone. */
const signalsOf = ({ runners }: Film): ReadonlyMap<number, number> =>
  new Map(
    runners.flatMap(({ number, scenes }) => {
      const signal = scenes.find(([, scene]) => scene >= RunnerScene.draining)
      return signal === undefined ? [] : [[number, signal[0]] as const]
    })
  )

describe.each(["llm", "media", "frozen"] as const)("the film of %s", (name) => {
  it.each(rolled)("of %s shows what its measures count", (mode) => {
    const { film, measures } = shot(name, mode)
    const [rollout] = measures.rollouts
    const inFlight = film.requests.filter(({ attempts }) =>
      attempts.some(([, , fromMs, toMs]) => fromMs < film.rolloutAtMs && (toMs ?? Infinity) >= film.rolloutAtMs)
    )
    // Where runners are replaced first, a request counts when its own runner is told to end.
    if (mode !== "replace") assert.strictEqual(inFlight.length, rollout!.inFlight.atStart)
    const errored = film.requests.filter(({ outcome }) => outcome === "errored")
    assert.isAtLeast(errored.length, rollout!.inFlight.errored)
    if (mode === "force") {
      const cut = inFlight.filter(({ attempts }) => attempts.some(([, , , toMs]) => toMs === film.rolloutAtMs))
      assert.strictEqual(cut.length, rollout!.inFlight.errored + rollout!.inFlight.retried)
    }
  })

  it.each(rolled)("of %s has one request in a slot at a time, and none on a runner that is not there", (mode) => {
    const { film } = shot(name, mode)
    const signals = signalsOf(film)
    const bySlot = new Map<string, Array<readonly [from: number, to: number]>>()
    for (const { attempts } of film.requests) {
      for (const [runner, slot, fromMs, toMs] of attempts) {
        assert.isBelow(slot, film.slots)
        assert.isAtMost(Math.max(fromMs, film.fromMs), signals.get(runner) ?? Infinity)
        const key = `${runner}/${slot}`
        bySlot.set(key, [...(bySlot.get(key) ?? []), [fromMs, toMs ?? film.toMs]])
      }
    }
    for (const stays of bySlot.values()) {
      const inOrder = stays.toSorted(([a], [b]) => a - b)
      inOrder.slice(1).forEach(([fromMs], at) => assert.isAtLeast(fromMs, inOrder[at]![1]))
    }
  })
})

describe("a film", () => {
  it("is the same each time it is shot", () => {
    assert.deepStrictEqual(shot("media", "force", 4).film, shot("media", "force", 4).film)
  })

  it("tells a runner that was killed from one that has ended", () => {
    const last = (mode: (typeof rolled)[number]) =>
      shot("llm", mode).film.runners.map(({ scenes }) => scenes.at(-1)![1])
    assert.include(last("force"), RunnerScene.cut)
    assert.notInclude(last("replace"), RunnerScene.cut)
    assert.include(last("replace"), RunnerScene.ended)
  })

  it("follows a request that a kill sent back to the line until it is answered", () => {
    const { film } = shot("llm", "force")
    const again = film.requests.filter(({ attempts }) => attempts.length > 1)
    assert.isAbove(again.length, 0)
    for (const { attempts, outcome } of again) {
      assert.strictEqual(attempts[0]![3], film.rolloutAtMs)
      assert.notStrictEqual(outcome, "errored")
    }
  })

  it("is over before it has more requests than can be shown", () => {
    const spec = Result.getOrThrow(
      Spec.fromJson(
        {
          app: { max_multiplexing: 64 },
          scaling: { min_concurrency: 8, max_concurrency: 8 },
          traffic: [{ kind: "direct", arrivals: { poisson: "500/s" }, service: "100ms" }],
          rollouts: [{ at: "1m" }],
          run: { for: "3m", seeds: 1 }
        },
        { file: "spec", readFile: () => "" }
      )
    )
    const film = shoot(spec, "graceful", 1, { fromMs: 50_000, toMs: 120_000 })
    assert.isBelow(film.toMs, 120_000)
    assert.isAtMost(film.requests.length, 6001)
    assert.isTrue(showsRollout(film))
    assert.isFalse(showsRollout(shoot(spec, "graceful", 1, { fromMs: 45_000, toMs: 120_000 })))
  })

  it("has no window where nothing is rolled out", () => {
    assert.isNull(FilmWindow.of(Simulation.run(specOf("llm"), "none", 1).rollouts, 3_600_000))
  })
})

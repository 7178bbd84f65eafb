import { quantile } from "@ebb/sim/measure/Statistics"
import { forcedAfterMs } from "@ebb/sim/spec/LaterForce"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import * as Random from "@ebb/sim/workload/Random"
import * as Format from "@ebb/text/Format"
import type { Facts, Limit } from "./Limit.ts"
import { graceSecondsMost } from "./Periods.ts"
import { aroundOf, platformLimits } from "./PlatformLimits.ts"

/** A limit that applies, and whether it holds. */
export interface Checked {
  readonly rule: string
  readonly ok: boolean
  readonly sentence: string
}

const time = (seconds: number): string => Format.span(seconds * 1000)

/** A server that ends by itself after so long, whatever the platform would still allow. */
const server = (
  rule: string,
  name: RegExp,
  { otherwise, option }: { readonly option: string; readonly otherwise: number }
): Limit => ({
  rule,
  check: ({ command, graceSeconds, neededSeconds }) => {
    if (!command.some((word) => name.test(word))) return null
    const own = optionIn(command, option) ?? otherwise
    const needed = neededSeconds ?? graceSeconds
    const whose = neededSeconds === null ? "the grace period is" : "requests need"
    const set = own === otherwise && otherwise === Infinity ? "waits as long as it may" : `gives up after ${time(own)}`
    if (own < needed) {
      return {
        ok: false,
        sentence: `The server ${set} and ${whose} ${time(needed)}: start it with ${option} ${Math.ceil(needed)}.`
      }
    }
    if (own !== Infinity && own >= graceSeconds) {
      return {
        ok: false,
        sentence: `The server ${set} and is killed after ${time(graceSeconds)}: set termination_grace_period above ${time(own)}.`
      }
    }
    return { ok: true, sentence: `The server ${set}, within the grace period of ${time(graceSeconds)}.` }
  }
})

/** `--option 30` and `--option=30`. */
const optionIn = (command: ReadonlyArray<string>, option: string): number | null => {
  const words = command.flatMap((word) => word.split(/[\s=]+/u))
  const value = Number(words[words.indexOf(option) + 1])
  return words.includes(option) && Number.isFinite(value) ? value : null
}

/** The rule that today's grace period is long enough. */
export const roomRule = "grace period ≥ what requests need + teardown"

/** The rule that a long enough grace period exists at all. */
export const ceilingRule = "grace period ≤ 1 h"

/** The rule that no later rollout of the spec kills what the grace period would still wait for. */
export const forceRule = "force of the spec ≥ what requests need"

/** The limits that stand inside each other on the way from a request to the end of its runner. */
export const limits: ReadonlyArray<Limit> = [
  {
    rule: roomRule,
    check: ({ graceSeconds, neededSeconds, teardownP99Seconds }) => {
      if (neededSeconds === null) return null
      const least = neededSeconds + teardownP99Seconds
      const needs = `Requests need ${time(neededSeconds)} and teardown ${time(teardownP99Seconds)}`
      return graceSeconds >= least
        ? { ok: true, sentence: `${needs}; the grace period is ${time(graceSeconds)}.` }
        : {
            ok: false,
            sentence: `${needs}, the grace period is ${time(graceSeconds)}: set termination_grace_period to ${time(Math.ceil(least))}.`
          }
    }
  },
  {
    rule: ceilingRule,
    check: ({ neededSeconds }) =>
      neededSeconds === null || neededSeconds > graceSecondsMost
        ? {
            ok: false,
            sentence: `No grace period covers these requests: the platform allows ${time(graceSecondsMost)} at most. Lower request_timeout, or let callers try again.`
          }
        : { ok: true, sentence: `What requests need is within the ${time(graceSecondsMost)} that the platform allows.` }
  },
  {
    rule: forceRule,
    check: ({ forcedAfterSeconds, neededSeconds }) => {
      if (forcedAfterSeconds === null || neededSeconds === null) return null
      const [force, need] = [time(forcedAfterSeconds), time(neededSeconds)]
      return neededSeconds <= forcedAfterSeconds
        ? { ok: true, sentence: `Requests need ${need}; the force of the spec comes ${force} after its rollout.` }
        : {
            ok: false,
            sentence: `Requests need ${need}, and the force of the spec, ${force} after its rollout, kills what is still in flight then, however long the grace period: let it come ${need} after the rollout or later, or take it out.`
          }
    }
  },
  {
    rule: "request timeout ≤ grace period",
    check: ({ graceSeconds, requestTimeoutSeconds }) =>
      requestTimeoutSeconds <= graceSeconds
        ? { ok: true, sentence: `No request may take longer than the grace period of ${time(graceSeconds)}.` }
        : {
            ok: false,
            sentence: `A request may take up to ${time(requestTimeoutSeconds)} (request_timeout), but a rollout waits only ${time(graceSeconds)}: requests that take longer are cut.`
          }
  },
  server("gunicorn's graceful_timeout", /(^|\/)gunicorn$/u, { option: "--graceful-timeout", otherwise: 30 }),
  server("uvicorn's timeout_graceful_shutdown", /(^|\/)uvicorn$/u, {
    option: "--timeout-graceful-shutdown",
    otherwise: Infinity
  }),
  server("hypercorn's graceful_timeout", /(^|\/)hypercorn$/u, { option: "--graceful-timeout", otherwise: 3 }),
  server("vLLM's shutdown timeout", /(^|\/)vllm$|^vllm\./u, { option: "--shutdown-timeout", otherwise: 0 })
]

export const isBroken = (checked: ReadonlyArray<Checked>, rule: string): boolean =>
  checked.some((one) => one.rule === rule && !one.ok)

const draws = 1000

const teardownP99 = ({ run, runner }: RehearsalSpec): number => {
  const random = Random.make(run.seed)
  return quantile(
    Array.from({ length: draws }, (_, at) => runner.teardown.sample(random, 0, at)),
    0.99
  )
}

const forcedAfterSeconds = (spec: RehearsalSpec): number | null => {
  const ms = forcedAfterMs(spec)
  return ms === null ? null : ms / 1000
}

export const factsOf = (spec: RehearsalSpec, neededSeconds: number | null): Facts => ({
  graceSeconds: spec.app.revision.gracePeriodSeconds,
  neededSeconds,
  teardownP99Seconds: teardownP99(spec) / 1000,
  requestTimeoutSeconds: spec.app.scaling.requestTimeoutSeconds,
  forcedAfterSeconds: forcedAfterSeconds(spec),
  command: spec.text.runner?.command ?? [],
  windowSeconds: spec.run.windowMs / 1000,
  around: aroundOf(spec.text.plan?.limits)
})

/** The limits that apply to a spec, in order. */
export const check = (spec: RehearsalSpec, neededSeconds: number | null): ReadonlyArray<Checked> => {
  const facts = factsOf(spec, neededSeconds)
  return [...limits, ...platformLimits].flatMap(({ check: of, rule }) => {
    const found = of(facts)
    return found === null ? [] : [{ rule, ...found }]
  })
}

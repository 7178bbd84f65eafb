import type { LimitsText } from "@ebb/sim/spec/SpecSchema"
import * as Format from "@ebb/text/Format"
import { toMs } from "@ebb/text/Duration"
import type { Around, Facts, Limit } from "./Limit.ts"

const secondsOf = (text: string | undefined): number | null => (text === undefined ? null : toMs(text) / 1000)

export const aroundOf = (limits: LimitsText = {}): Around => ({
  platform: limits.platform ?? null,
  grace: secondsOf(limits.grace),
  preStop: secondsOf(limits.pre_stop),
  endpointLag: secondsOf(limits.endpoint_lag),
  proxyDrain: secondsOf(limits.proxy_drain),
  deregistrationDelay: secondsOf(limits.deregistration_delay)
})

const time = (seconds: number): string => Format.span(seconds * 1000)

/** Holds where `inner` fits into `outer`. */
const fits = (inner: number, outer: number, good: string, fix: string) =>
  inner <= outer ? { ok: true, sentence: good } : { ok: false, sentence: fix }

/** What a grace period has to hold; null where no period is long enough. */
const neededOf = ({ neededSeconds, teardownP99Seconds }: Facts): number | null =>
  neededSeconds === null ? null : neededSeconds + teardownP99Seconds

const kubernetes: Limit = {
  rule: "Kubernetes: terminationGracePeriodSeconds ≥ preStop + drain",
  check: (facts) => {
    const needed = neededOf(facts)
    const { grace, platform, preStop } = facts.around
    if (platform !== "kubernetes" || needed === null) return null
    const [given, before] = [grace ?? 30, preStop ?? 0]
    const all = Math.ceil(before + needed)
    const parts = `${time(before)} of preStop and ${time(needed)} of drain`
    if (before > given) {
      const sentence = `preStop takes ${time(before)}, longer than the ${time(given)} of terminationGracePeriodSeconds, and gets 2 s more, once: set it to ${all}.`
      return { ok: false, sentence }
    }
    return fits(
      before + needed,
      given,
      `terminationGracePeriodSeconds ${given} has room for ${parts}.`,
      `terminationGracePeriodSeconds ${given} has no room for ${parts}, as its clock starts before preStop: set it to ${all}.`
    )
  }
}

const endpoints: Limit = {
  rule: "load balancer: preStop ≥ the lag of its endpoints",
  check: ({ around: { endpointLag, preStop } }) =>
    endpointLag === null
      ? null
      : fits(
          endpointLag,
          preStop ?? 0,
          `preStop sleeps ${time(preStop ?? 0)}, until nothing more is sent.`,
          `Requests are sent for ${time(endpointLag)} after the signal and preStop sleeps ${time(preStop ?? 0)}: let it sleep ${time(endpointLag)}.`
        )
}

const proxy: Limit = {
  rule: "proxy: its own drain ≥ what requests need",
  check: ({ around: { proxyDrain }, neededSeconds }) =>
    proxyDrain === null || neededSeconds === null
      ? null
      : fits(
          neededSeconds,
          proxyDrain,
          `The proxy drains for ${time(proxyDrain)}, and requests need ${time(neededSeconds)}.`,
          `The proxy drains for ${time(proxyDrain)} and requests need ${time(neededSeconds)}: let it drain that long.`
        )
}

/** ECS deregisters for so long where nothing is said. */
const deregistrationSeconds = 300

const deregistration: Limit = {
  rule: "ECS: deregistration delay ≤ what can be waited",
  check: ({ around: { deregistrationDelay, platform }, windowSeconds }) => {
    const delay = deregistrationDelay ?? (platform === "ecs" || platform === "fargate" ? deregistrationSeconds : null)
    if (delay === null) return null
    return fits(
      delay,
      windowSeconds,
      `Each task is stopped ${time(delay)} after it was deregistered, within the window of ${time(windowSeconds)}.`,
      `Each task is stopped only ${time(delay)} after it was deregistered, and the window is ${time(windowSeconds)}: lower the deregistration delay.`
    )
  }
}

/** The queue-proxy of Knative sleeps so long of the time that there is. */
const queueProxySeconds = 30

const knative: Limit = {
  rule: "Knative: timeoutSeconds ≥ drain + 30 s of queue-proxy",
  check: (facts) => {
    const needed = neededOf(facts)
    if (facts.around.platform !== "knative" || needed === null) return null
    const [given, all] = [facts.around.grace ?? 300, needed + queueProxySeconds]
    return fits(
      all,
      given,
      `timeoutSeconds ${given}, which is the grace period, has room for ${time(needed)} of drain and the 30 s that queue-proxy sleeps.`,
      `timeoutSeconds ${given}, which is the grace period, has no room for ${time(needed)} of drain and the 30 s that queue-proxy sleeps: set it to ${Math.ceil(all)}.`
    )
  }
}

/** Platforms that kill after a time of their own: what it is called, what it is where nothing is said, the most that it may be. */
const ceilings = {
  ecs: { name: "ECS", setting: "stopTimeout", otherwise: 30, most: Infinity },
  fargate: { name: "Fargate", setting: "stopTimeout", otherwise: 30, most: 120 },
  cloud_run: { name: "Cloud Run", setting: null, otherwise: 10, most: 10 },
  fly: { name: "Fly", setting: "kill_timeout", otherwise: 5, most: 300 },
  nomad: { name: "Nomad", setting: "kill_timeout", otherwise: 5, most: Infinity },
  railway: { name: "Railway", setting: null, otherwise: 3, most: 3 },
  cloudflare: { name: "Cloudflare Containers", setting: null, otherwise: 900, most: 900 }
} as const

const ceiling = (platform: keyof typeof ceilings): Limit => {
  const { most, name, otherwise, setting } = ceilings[platform]
  return {
    rule: `${name}: kills no sooner than requests need`,
    check: (facts) => {
      const needed = neededOf(facts)
      if (facts.around.platform !== platform || needed === null) return null
      const given = Math.min(most, facts.around.grace ?? otherwise)
      const fix =
        setting === null || needed > most
          ? `no more is possible (${time(most)}): lower the request timeout, or retry what is cut`
          : `set ${setting} to ${Math.ceil(needed)}`
      return fits(
        needed,
        given,
        `${name} kills after ${time(given)}, and ${time(needed)} are needed.`,
        `${name} kills after ${time(given)} and ${time(needed)} are needed: ${fix}.`
      )
    }
  }
}

/** The limits of platforms other than fal, where the spec says that the app runs there. */
export const platformLimits: ReadonlyArray<Limit> = [
  kubernetes,
  endpoints,
  proxy,
  deregistration,
  knative,
  ...(Object.keys(ceilings) as ReadonlyArray<keyof typeof ceilings>).map(ceiling)
]

import type { RunnerView } from "@ebb/protocol/rest/Events"
import * as Format from "@ebb/text/Format"
import { useState } from "preact/hooks"
import type { Api } from "./Api.ts"
import { Confirm } from "./Confirm.tsx"
import { FaultForm } from "./FaultForm.tsx"
import { useAction, useFocusKept } from "./Hooks.ts"
import { name, plural } from "./RunnerWords.ts"
import { RunnerInside } from "./RunnerInside.tsx"
import { SaidLine } from "./SaidLine.tsx"
import { look, lookOf } from "./States.ts"

interface Props {
  readonly api: Api
  readonly runner: RunnerView | undefined
  /** What the clock of the sandbox says. */
  readonly atMs: number
}

const faults = [
  ["crash", "crash"],
  ["hang", "hang"],
  ["slow", "answer slowly"]
] as const

const wholeSeconds = (ms: number): string => Format.duration(Math.max(0, Math.round(ms / 1000)) * 1000)

const Facts = ({ atMs, runner }: { readonly runner: RunnerView; readonly atMs: number }) => (
  <dl class="facts">
    <dt>State</dt>
    <dd>
      {runner.state}{" "}
      <span class="quiet">
        for {wholeSeconds(atMs - runner.sinceMs)}: {look(lookOf(runner)).meaning}
      </span>
    </dd>
    <dt>In flight</dt>
    <dd>{runner.inFlight}</dd>
    {runner.expectedReadyMs === null || runner.expectedReadyMs <= atMs ? null : (
      <>
        <dt>Ready in about</dt>
        <dd>{wholeSeconds(runner.expectedReadyMs - atMs)}</dd>
      </>
    )}
    {runner.graceEndsMs === null ? null : (
      <>
        <dt>Killed in</dt>
        <dd>{wholeSeconds(runner.graceEndsMs - atMs)}</dd>
      </>
    )}
    <dt>Machine</dt>
    <dd>{runner.machineType}</dd>
    <dt>Revision</dt>
    <dd>{name(runner.revision)}</dd>
    <dt>Runner</dt>
    <dd class="whole-id">{runner.id}</dd>
  </dl>
)

const Actions = ({ api, runner }: { readonly api: Api; readonly runner: RunnerView }) => {
  const [asks, setAsks] = useState(false)
  const [said, act] = useAction()
  const { id, inFlight } = runner
  const stop = (replaceFirst: boolean) =>
    act(async () => {
      await api.stop(id, replaceFirst)
      return replaceFirst ? `${name(id)} stops once its replacement serves` : `${name(id)} was told to stop`
    })
  const kill = () =>
    act(async () => {
      await api.kill(id)
      return `${name(id)} was killed`
    })
  const onAnswer = (yes: boolean): void => {
    setAsks(false)
    if (yes) void kill()
  }
  return (
    <>
      <p class="actions">
        <button type="button" onClick={() => void stop(false)}>
          Stop
        </button>
        <button type="button" onClick={() => void stop(true)}>
          Replace, then stop
        </button>
        <button type="button" class="danger" onClick={() => (inFlight > 0 ? setAsks(true) : void kill())}>
          Kill{inFlight > 0 ? "…" : ""}
        </button>
      </p>
      <FaultForm
        faults={faults}
        forever="until killed"
        onFault={(fault) =>
          void act(async () => {
            await api.faultRunner(id, fault)
            return `${name(id)}: ${fault.do}`
          })
        }
      />
      <SaidLine said={said} />
      {asks ? (
        <Confirm title={`Kill ${name(id)}?`} does="Kill it" onAnswer={onAnswer}>
          <p>
            {plural(inFlight, "request")} in flight on it {inFlight === 1 ? "is" : "are"} cut: direct ones fail, queued
            ones are tried again.
          </p>
        </Confirm>
      ) : null}
    </>
  )
}

/** The runner that was chosen in the grid, and what can be done to it. */
export const RunnerPanel = ({ api, atMs, runner }: Props) => {
  const place = useFocusKept()
  return (
    <section class="runner-panel" aria-label="Chosen runner" tabIndex={-1} ref={place}>
      {runner === undefined ? (
        <p class="quiet small">
          Choose a runner above, by click or with the arrow keys, to stop it, kill it or make it fail.
        </p>
      ) : (
        <>
          <Facts runner={runner} atMs={atMs} />
          <RunnerInside key={`inside ${runner.id}`} api={api} runner={runner} />
          <Actions key={runner.id} api={api} runner={runner} />
        </>
      )}
    </section>
  )
}

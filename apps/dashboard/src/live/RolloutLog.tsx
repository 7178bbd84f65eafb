import { rolled } from "@ebb/core/domain/ModeWords"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import * as Format from "@ebb/text/Format"
import * as RolloutWords from "./RolloutWords.ts"
import { toRollout } from "./Route.ts"
import { clock } from "./TimeAxis.ts"

const shownMax = 20

const Row = ({ rollout }: { readonly rollout: RolloutSummary }) => {
  const { drained, errored, escalatedAt, id, inFlight, mode, retried, startedAt, state } = rollout
  return (
    <tr class={`mode-${mode}`} data-rollout={id} data-state={state}>
      <td>
        <time dateTime={startedAt}>{clock(Date.parse(startedAt))}</time>
      </td>
      <th scope="row">
        <a href={toRollout(id)}>{id}</a>
      </th>
      <td class="words">
        <span class="mode-name">{rolled(mode, escalatedAt !== undefined)}</span>
      </td>
      <td class={errored > 0 ? "bad" : ""} data-column="errored">
        {Format.integer(errored)}
      </td>
      <td>{Format.integer(drained)}</td>
      <td>{Format.integer(retried)}</td>
      <td>{Format.integer(inFlight)}</td>
      <td class="words">{RolloutWords.state(rollout)}</td>
    </tr>
  )
}

/** The rollouts of an app, newest first, each with its report behind it. */
export const RolloutLog = ({ rollouts }: { readonly rollouts: ReadonlyArray<RolloutSummary> }) => (
  <section class="card" aria-labelledby="rollouts">
    <h2 id="rollouts">Rollouts</h2>
    {rollouts.length === 0 ? (
      <p class="quiet">There was none yet. Choose a way of rolling out above.</p>
    ) : (
      <div class="scroll" role="region" tabIndex={0} aria-labelledby="rollouts">
        <table class="list">
          <thead>
            <tr>
              <th scope="col">at</th>
              <th scope="col" class="words">
                rollout
              </th>
              <th scope="col" class="words">
                mode
              </th>
              <th scope="col">errored</th>
              <th scope="col">drained</th>
              <th scope="col">retried</th>
              <th scope="col">in flight</th>
              <th scope="col" class="words">
                state
              </th>
            </tr>
          </thead>
          <tbody>
            {rollouts.slice(0, shownMax).map((rollout) => (
              <Row key={rollout.id} rollout={rollout} />
            ))}
          </tbody>
        </table>
      </div>
    )}
    {rollouts.length === 0 ? null : (
      <p class="quiet small">
        In flight: on each runner when it was told to stop or was killed. It is the sum of what was drained, errored,
        retried and cancelled, and what is not over yet.
      </p>
    )}
  </section>
)

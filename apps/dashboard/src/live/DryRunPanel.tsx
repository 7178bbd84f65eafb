import type { DryRun } from "@ebb/protocol/rest/Shapes"
import * as DryRunWords from "@ebb/sim/dryrun/DryRunWords"
import * as Format from "@ebb/text/Format"
import { useState } from "preact/hooks"
import type { Api } from "./Api.ts"
import { Prose } from "../views/Prose.tsx"
import { UnbrokenInterval } from "../views/UnbrokenInterval.tsx"
import { useAction } from "./Hooks.ts"
import { Press } from "./Press.tsx"
import { SaidLine } from "./SaidLine.tsx"
import { clock } from "./TimeAxis.ts"

interface Found {
  readonly dryRun: DryRun
  /** When it was asked for, by the clock of the wall. */
  readonly askedAtMs: number
}

const heads = ["failed in all", "drained", "retried", "enough slots after"]

const Row = ({ enoughMs, inFlight, mode, requestsErrored }: DryRun["ways"][number]) => (
  <tr class={`mode-${mode}`}>
    <th scope="row">
      <span class="mode-name">{mode}</span>
    </th>
    <td class={requestsErrored.high > 0 ? "bad" : ""}>
      <UnbrokenInterval text={DryRunWords.countOf(requestsErrored)} />
    </td>
    <td>
      <UnbrokenInterval text={DryRunWords.countOf(inFlight.drained)} />
    </td>
    <td>
      <UnbrokenInterval text={DryRunWords.countOf(inFlight.retried)} />
    </td>
    <td>
      <UnbrokenInterval text={enoughMs === null ? Format.none : DryRunWords.timeOf(enoughMs)} />
    </td>
  </tr>
)

const Answer = ({ askedAtMs, dryRun }: Found) => (
  <div class="dry-run">
    <p class="answer">
      <Prose text={DryRunWords.answer(dryRun.ways).text} />
    </p>
    <div class="scroll" role="region" tabIndex={0} aria-label="What would happen, by mode">
      <table class="numbers">
        <thead>
          <tr>
            <th scope="col">
              <span class="hidden">mode</span>
            </th>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {dryRun.ways.map((way) => (
            <Row key={way.mode} {...way} />
          ))}
        </tbody>
      </table>
    </div>
    <p class="quiet small">
      Asked at {clock(askedAtMs)}. Drained and retried count what each runner has in flight when it is told to stop or
      is killed. {DryRunWords.basis(dryRun)}
    </p>
  </div>
)

interface Props {
  readonly api: Api
  readonly alias: string
  /** The newest rollout: with the next, what was found before it no longer holds. */
  readonly newest: string | null
}

/** What each way of rolling out would do now. Only a click asks: the answer takes the sandbox most of a second. */
export const DryRunPanel = ({ alias, api, newest }: Props) => {
  const [found, setFound] = useState<Found | null>(null)
  const [askedAfter, setAskedAfter] = useState(newest)
  const [isAsked, setAsked] = useState(false)
  const [said, act] = useAction()
  const holds = askedAfter === newest
  const ask = async (): Promise<void> => {
    setAsked(true)
    setAskedAfter(newest)
    if (!holds) setFound(null)
    await act(async () => {
      const askedAtMs = Date.now()
      setFound({ askedAtMs, dryRun: await api.dryRun(alias) })
      return ""
    })
    setAsked(false)
  }
  return (
    <>
      <p class="actions">
        <Press isOff={isAsked} onPress={() => void ask()}>
          {isAsked ? "Trying each way…" : "What would happen now?"}
        </Press>
      </p>
      <SaidLine said={holds ? said : null} />
      {found === null || !holds ? null : <Answer {...found} />}
    </>
  )
}

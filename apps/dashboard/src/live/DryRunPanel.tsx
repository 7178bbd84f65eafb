import type { DryRun } from "@ebb/protocol/rest/Shapes"
import * as DryRunWords from "@ebb/sim/dryrun/DryRunWords"
import * as Format from "@ebb/text/Format"
import { useState } from "preact/hooks"
import type { Api } from "./Api.ts"
import { Prose } from "../views/Prose.tsx"
import { UnbrokenInterval } from "../views/UnbrokenInterval.tsx"
import { useAction } from "./Hooks.ts"
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

/** What each way of rolling out would do now. Only a click asks: the answer takes the sandbox most of a second. */
export const DryRunPanel = ({ alias, api }: { readonly api: Api; readonly alias: string }) => {
  const [found, setFound] = useState<Found | null>(null)
  const [isAsked, setAsked] = useState(false)
  const [said, act] = useAction()
  const ask = async (): Promise<void> => {
    setAsked(true)
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
        <button type="button" disabled={isAsked} onClick={() => void ask()}>
          {isAsked ? "Trying each way…" : "What would happen now?"}
        </button>
      </p>
      <SaidLine said={said} />
      {found === null ? null : <Answer {...found} />}
    </>
  )
}

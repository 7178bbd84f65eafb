import type { RevisionInfo } from "@ebb/protocol/rest/Shapes"
import { useEffect, useId, useState } from "preact/hooks"
import type { Api } from "./Api.ts"
import { Confirm } from "./Confirm.tsx"
import { useAction } from "./Hooks.ts"
import { name } from "./RunnerWords.ts"
import { SaidLine } from "./SaidLine.tsx"
import { clock } from "./TimeAxis.ts"

const words = ({ application_id, created_at }: RevisionInfo): string =>
  `${name(application_id)}, deployed ${new Date(created_at).toLocaleDateString("en-CA")} ${clock(Date.parse(created_at))}`

/** Points the app at a revision that it had before; asks first. */
export const RollBack = ({ alias, api }: { readonly alias: string; readonly api: Api }) => {
  const [earlier, setEarlier] = useState<ReadonlyArray<RevisionInfo> | null>(null)
  const [chosen, setChosen] = useState("")
  const [said, act] = useAction()
  const id = useId()
  useEffect(() => setEarlier(null), [alias])
  const look = () =>
    act(async () => {
      const all = await api.revisions(alias)
      const found = all.filter((one) => !one.is_current && one.state === "ready")
      if (found.length === 0) return `${alias} has no earlier revision to go back to`
      setChosen(found[0]!.application_id)
      setEarlier(found)
      return ""
    })
  const onAnswer = (yes: boolean): void => {
    setEarlier(null)
    if (!yes) return
    void act(async () => {
      await api.setRevision(alias, chosen)
      return `${alias} is back at revision ${name(chosen)}`
    })
  }
  return (
    <>
      <p class="actions">
        <button type="button" onClick={() => void look()}>
          Roll back…
        </button>
      </p>
      <SaidLine said={said} />
      {earlier === null ? null : (
        <Confirm title={`Roll ${alias} back?`} does="Roll back" onAnswer={onAnswer}>
          <p>
            <label for={id}>To the revision</label>
          </p>
          <select id={id} value={chosen} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
            {earlier.map((one) => (
              <option key={one.application_id} value={one.application_id}>
                {words(one)}
              </option>
            ))}
          </select>
          <p>Its runners replace those of now; requests in flight are finished within their grace period.</p>
        </Confirm>
      )}
    </>
  )
}

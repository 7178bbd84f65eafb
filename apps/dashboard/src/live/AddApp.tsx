import { useId, useState } from "preact/hooks"
import type { Api } from "./Api.ts"
import { useAction } from "./Hooks.ts"
import { toApp } from "./Route.ts"
import { SaidLine } from "./SaidLine.tsx"

const example = `app:
  name: my-app
  machine_type: GPU-H100
  max_multiplexing: 4
  termination_grace_period: 30s
scaling:
  min_concurrency: 2
  max_concurrency: 8
runner:
  setup: { lognormal: { p50: 1500ms, p99: 3s } }
  service: { lognormal: { p50: 2s, p99: 6s } }
`

/** Takes a spec and makes an app of it, or the next revision of one. */
export const AddApp = ({ api }: { readonly api: Api }) => {
  const [spec, setSpec] = useState(example)
  const [isBusy, setBusy] = useState(false)
  const [said, act] = useAction()
  const id = useId()
  const onSubmit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (isBusy) return
    setBusy(true)
    await act(async () => {
      const { app } = await api.deploy(spec)
      location.hash = toApp(app.alias)
      return `${app.alias} is deployed`
    })
    setBusy(false)
  }
  return (
    <section class="card add-app" aria-labelledby="add">
      <h1 id="add">Add an app</h1>
      <form onSubmit={(event) => void onSubmit(event)}>
        <p>
          <label for={id}>Its spec, YAML or JSON</label>
        </p>
        <textarea
          id={id}
          rows={16}
          spellcheck={false}
          value={spec}
          aria-invalid={said?.bad === true}
          onInput={({ currentTarget }) => setSpec(currentTarget.value)}
        />
        <p class="quiet small">
          A name that is there already gets its next revision. Traffic and rollouts of a spec are for rehearsals and not
          used here.
        </p>
        <p class="actions">
          <button type="submit" class="primary" aria-disabled={isBusy}>
            {isBusy ? "Deploying…" : "Deploy"}
          </button>
        </p>
        <SaidLine said={said} />
      </form>
    </section>
  )
}

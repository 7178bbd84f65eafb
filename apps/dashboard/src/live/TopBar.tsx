import type { Link } from "./Follow.ts"
import { toAdd, toApp, toApps } from "./Route.ts"
import type { Store } from "./Store.ts"

interface Props {
  readonly store: Store
  /** The app that is shown; null beside apps. */
  readonly app: string | null
}

const says: Readonly<Record<Link, string>> = {
  connecting: "connecting…",
  live: "live",
  lost: "no connection, trying again…",
  refused: "not signed in"
}

/** Another team has another stream: the page starts again for it. */
const switchTeam = (team: string): void => {
  location.href = team === "local" ? "/" : `/?team=${encodeURIComponent(team)}`
}

const TeamChoice = ({ store }: { readonly store: Store }) =>
  store.teams.length < 2 ? null : (
    <label class="choice">
      <span>Team</span>
      <select value={store.api.team ?? "local"} onChange={({ currentTarget }) => switchTeam(currentTarget.value)}>
        {store.teams.map(({ nickname }) => (
          <option key={nickname} value={nickname}>
            {nickname}
          </option>
        ))}
      </select>
    </label>
  )

const AppChoice = ({ app, store }: Props) => {
  const names = [...store.boards.apps.keys()].toSorted()
  return (
    <label class="choice">
      <span>App</span>
      <select
        value={app ?? ""}
        onChange={({ currentTarget }) => {
          location.hash = currentTarget.value === "" ? toApps : toApp(currentTarget.value)
        }}
      >
        <option value="">all apps</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Where one is, where else one can go, and how the page stands with the sandbox. */
export const TopBar = ({ app, store }: Props) => (
  <header class="top-bar">
    <a
      class="skip"
      href="#content"
      onClick={(event) => (event.preventDefault(), document.getElementById("content")?.focus())}
    >
      To the content
    </a>
    <p class="brand">
      <a href={toApps}>ebb</a>
    </p>
    <AppChoice app={app} store={store} />
    <TeamChoice store={store} />
    <nav aria-label="Pages">
      <a href={toApps}>Apps</a> <a href={toAdd}>Add an app</a> <a href="/play">Play</a>
    </nav>
    <p class={`link link-${store.link}`} role="status" data-link={store.link}>
      {says[store.link]}
    </p>
  </header>
)

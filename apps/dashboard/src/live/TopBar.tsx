import { toAdd, toApp, toApps } from "./Route.ts"
import { ThemeChoice } from "../views/ThemeChoice.tsx"
import type { Link, Store } from "./Store.ts"

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

const pages = [
  [toApps, "Apps"],
  [toAdd, "Add an app"],
  ["/play", "Rehearse"]
] as const

/** Another team has another stream: the page starts again for it. */
const switchTeam = (team: string): void => {
  location.href = team === "local" ? "/" : `/?team=${encodeURIComponent(team)}`
}

const TeamChoice = ({ store }: { readonly store: Store }) =>
  store.teams.length < 2 ? null : (
    <label class="choice">
      <span>Team</span>
      <select
        value={store.api.connection.team ?? "local"}
        onChange={({ currentTarget }) => switchTeam(currentTarget.value)}
      >
        {store.teams.map(({ nickname }) => (
          <option key={nickname} value={nickname}>
            {nickname}
          </option>
        ))}
      </select>
    </label>
  )

/** The apps of each environment; of one alone it goes without saying which. */
const byEnvironment = ({ boards }: Store): ReadonlyArray<readonly [env: string, names: ReadonlyArray<string>]> => {
  const found = new Map<string, Array<string>>()
  for (const { view } of boards.apps.values()) found.set(view.env, [...(found.get(view.env) ?? []), view.alias])
  return [...found].toSorted().map(([env, names]) => [env, names.toSorted()] as const)
}

const Options = ({ names }: { readonly names: ReadonlyArray<string> }) => (
  <>
    {names.map((name) => (
      <option key={name} value={name}>
        {name}
      </option>
    ))}
  </>
)

const AppChoice = ({ app, store }: Props) => {
  const environments = byEnvironment(store)
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
        {environments.map(([env, names]) =>
          environments.length === 1 ? (
            <Options key={env} names={names} />
          ) : (
            <optgroup key={env} label={env}>
              <Options names={names} />
            </optgroup>
          )
        )}
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
      {pages.map(([to, name]) => (
        <a key={to} href={to} aria-current={location.hash === to ? "page" : undefined}>
          {name}
        </a>
      ))}
    </nav>
    <ThemeChoice />
    <p class={`link link-${store.link}`} role="status" data-link={store.link}>
      {says[store.link]}
    </p>
  </header>
)

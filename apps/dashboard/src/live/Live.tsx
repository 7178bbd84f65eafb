import { useEffect } from "preact/hooks"
import { aliasOf } from "@ebb/protocol/live/Board"
import { AddApp } from "./AddApp.tsx"
import { AppPage } from "./AppPage.tsx"
import { AppsPage } from "./AppsPage.tsx"
import { useFocusKept, useRoute, useStore } from "./Hooks.ts"
import { RolloutPage } from "./RolloutPage.tsx"
import type { Route } from "./Route.ts"
import { SignIn } from "./SignIn.tsx"
import type { Store } from "./Store.ts"
import { TopBar } from "./TopBar.tsx"

interface Props {
  readonly store: Store
  readonly linkWasUsed: boolean
}

/** One app is what there is to look at; of several one has to be chosen. */
const appOf = (store: Store, route: Route): string | null => {
  if (route.view === "app") return route.app
  if (route.view === "rollout") {
    const rollout = store.boards.rollouts.get(route.rollout)
    return rollout === undefined ? null : aliasOf(rollout)
  }
  const names = [...store.boards.apps.keys()]
  return route.view === "start" && names.length === 1 ? names[0]! : null
}

const titleOf = (route: Route, app: string | null): string => {
  if (route.view === "rollout") return app === null ? route.rollout : `${route.rollout} of ${app}`
  if (app !== null) return app
  return route.view === "add" ? "Add an app" : "Apps"
}

const Content = ({
  app,
  route,
  store
}: {
  readonly app: string | null
  readonly route: Route
  readonly store: Store
}) => {
  if (store.boards.seq === null) return <p class="quiet">Waiting for the sandbox…</p>
  if (route.view === "add") return <AddApp api={store.api} />
  if (route.view === "rollout") return <RolloutPage key={route.rollout} store={store} id={route.rollout} />
  if (app === null) return <AppsPage boards={store.boards} />
  const board = store.boards.apps.get(app)
  if (board !== undefined) return <AppPage store={store} board={board} />
  return (
    <section class="card">
      <h1>{app}</h1>
      <p>
        There is no such app here, or no longer. <a href="#/apps">See the apps that there are</a>
      </p>
    </section>
  )
}

/** The page of a sandbox. `data-seq` is the number of the event message that it shows. */
export const Live = ({ linkWasUsed, store }: Props) => {
  useStore(store)
  const route = useRoute()
  const app = appOf(store, route)
  const title = titleOf(route, app)
  const place = useFocusKept()
  useEffect(() => {
    document.title = `${title} · ebb`
  }, [title])
  if (store.link === "refused") return <SignIn wasUsed={linkWasUsed} />
  return (
    <>
      <TopBar app={app} store={store} />
      <main
        id="content"
        ref={place}
        tabIndex={-1}
        data-seq={store.boards.seq ?? undefined}
        class={store.link === "live" ? "" : "stale"}
      >
        <Content app={app} route={route} store={store} />
      </main>
    </>
  )
}

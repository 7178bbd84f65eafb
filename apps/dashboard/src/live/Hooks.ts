import type { RefObject } from "preact"
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from "preact/hooks"
import { parse, type Route } from "./Route.ts"

/** Says that something about the sandbox changed, at most once a frame. */
interface Changing {
  readonly listen: (listener: () => void) => () => void
}

/** Draws again whenever it says so. */
export const useStore = (store: Changing): void => {
  const [, again] = useReducer((count: number, _: void) => count + 1, 0)
  useEffect(() => store.listen(() => again()), [store])
}

/** The view that the address asks for. */
export const useRoute = (): Route => {
  const [route, setRoute] = useState(() => parse(location.hash))
  useEffect(() => {
    const onHash = (): void => setRoute(parse(location.hash))
    addEventListener("hashchange", onHash)
    return () => removeEventListener("hashchange", onHash)
  }, [])
  return route
}

/** The wall clock, a few times a second, for what moves by itself. */
export const useClock = (everyMs: number): number => {
  const [nowMs, setNowMs] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return nowMs
}

/** Does it once whoever is here leaves: the view, or the page with everything in it. */
export const useLeaving = (leave: () => void): void => {
  useEffect(() => {
    addEventListener("pagehide", leave)
    return () => {
      removeEventListener("pagehide", leave)
      leave()
    }
  }, [])
}

/** The place of parts that come and go: whoever has the focus in one that goes away goes on from the place. */
export const useFocusKept = (): RefObject<HTMLElement | null> => {
  const place = useRef<HTMLElement>(null)
  const had = document.activeElement
  const wasInside = had !== null && place.current?.contains(had) === true
  useLayoutEffect(() => {
    const isLost = wasInside && !had.isConnected && document.activeElement === document.body
    if (isLost) place.current?.focus({ preventScroll: true })
  })
  return place
}

/** What is said of an action: `bad` when it was refused. */
export interface Said {
  readonly text: string
  readonly bad: boolean
}

const forgetting = new Set<() => void>()

/** The sandbox is there again: what was refused because it was not says nothing any more. */
export const forgetErrors = (): void => {
  for (const forget of forgetting) forget()
}

/** Runs actions one after another and keeps what there is to say about the last. */
export const useAction = (): readonly [Said | null, (run: () => Promise<string>) => Promise<boolean>] => {
  const [said, setSaid] = useState<Said | null>(null)
  useEffect(() => {
    const forget = (): void => setSaid((now) => (now?.bad === true ? null : now))
    forgetting.add(forget)
    return () => {
      forgetting.delete(forget)
    }
  }, [])
  const act = async (run: () => Promise<string>): Promise<boolean> => {
    try {
      setSaid({ text: await run(), bad: false })
      return true
    } catch (error) {
      setSaid({ text: error instanceof Error ? error.message : String(error), bad: true })
      return false
    }
  }
  return [said, act]
}

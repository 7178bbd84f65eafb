import * as Terminal from "../../kit/Terminal.ts"
import { cut } from "../../kit/Lines.ts"
import * as AppPage from "./AppPage.ts"
import { counted } from "./AppText.ts"
import * as TeamPage from "./TeamPage.ts"
import type { TopState } from "./TopState.ts"

const narrow = 60

const clockOf = (atMs: number): string => {
  const at = new Date(atMs)
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":")
}

const title = (state: TopState, terminal: Terminal.Terminal, width: number, atMs: number): string => {
  const { apps, host, isLost, opened, rolling } = state
  const runners = apps.reduce((sum, board) => sum + board.runners.size, 0)
  const inAll = [counted(apps.length, "app"), counted(runners, "runner")]
  const what = opened === null ? "ebb top" : `ebb top ${opened.view.alias}`
  const parts = [width < narrow ? what : `${what} at ${host}`]
  if (isLost) parts.push("gone, trying again")
  else if (opened === null) parts.push(...inAll)
  if (rolling.length > 0 && !isLost) parts.push(`${counted(rolling.length, "rollout")} under way`)
  const clock = clockOf(atMs)
  const text = cut(parts.join(" · "), width - clock.length - 1)
  return Terminal.paint(terminal, isLost ? "boldRed" : "bold", text) + clock.padStart(width - [...text].length)
}

const keys = (state: TopState): string => {
  if (state.opened === null) return "q leave · up, down choose · enter open"
  return state.only === null ? "q leave · up, down scroll · esc back" : "q leave · up, down scroll"
}

/** The whole terminal, a line a row; the keys are in the last one. */
export const render = (
  state: TopState,
  terminal: Terminal.Terminal,
  size: { readonly columns: number; readonly rows: number },
  hereMs: number
): ReadonlyArray<string> => {
  const width = size.columns - 1
  const nowMs = state.boards.atMs(hereMs)
  const place = { terminal, width, rows: Math.max(1, size.rows - 2), nowMs }
  const { only, opened } = state
  const isGone = only !== null && state.apps.length === 0
  const body = isGone
    ? ["", cut(`Application '${only}' is gone.`, width)]
    : opened === null
      ? TeamPage.render(state, place)
      : AppPage.render(state, opened, place)
  const blank = Array.from({ length: Math.max(0, place.rows - body.length) }, () => "")
  const footer = Terminal.paint(terminal, "dim", cut(keys(state), width))
  return [title(state, terminal, width, nowMs), ...body, ...blank, footer].slice(0, size.rows)
}

import { type Board, Boards, aliasOf } from "@ebb/protocol/live/Board"
import type { Message } from "@ebb/protocol/rest/Events"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import type { Key } from "../../kit/Io.ts"

const page = 10
const steps: Readonly<Record<Key, number>> = {
  up: -1,
  k: -1,
  down: 1,
  j: 1,
  pageup: -page,
  pagedown: page,
  home: -Infinity,
  g: -Infinity,
  end: Infinity,
  G: Infinity
}

const opening: ReadonlyArray<Key> = ["return", "enter", "right", "l"]
const closing: ReadonlyArray<Key> = ["escape", "left", "h", "backspace"]
const leaving: ReadonlyArray<Key> = ["q", "C-c", "C-d"]

/** What the sandbox told, and what the reader looks at. Times are wall milliseconds since the epoch. */
export class TopState {
  readonly boards = new Boards()
  /** The one app that is followed; null where it is the whole team. */
  readonly only: string | null
  host = ""
  isLost = false
  private chosen: string | null = null
  private isOpen: boolean
  /** The first runner that is shown. */
  scroll = 0

  constructor(only: string | null) {
    this.only = only
    this.isOpen = only !== null
  }

  fold(message: Message, nowMs: number): void {
    this.isLost = false
    this.boards.fold(message, nowMs)
  }

  lose(nowMs: number): void {
    if (!this.isLost) this.boards.breakOff(nowMs)
    this.isLost = true
  }

  get apps(): ReadonlyArray<Board> {
    return [...this.boards.apps.values()].sort((a, b) => (a.view.alias < b.view.alias ? -1 : 1))
  }

  /** The app under the marker; null where there is none. */
  get selected(): Board | null {
    const { apps } = this
    return apps.find(({ view }) => view.alias === this.chosen) ?? apps[0] ?? null
  }

  /** The app that fills the screen; null where all of them do. */
  get opened(): Board | null {
    return this.isOpen ? this.selected : null
  }

  /** Those under way, and the newest one that is over. */
  rolloutsOf({ view }: Board): ReadonlyArray<RolloutSummary> {
    const all = this.boards.rolloutsOf(view.alias)
    const newest = all.find(({ state }) => state !== "running")
    return all.filter((rollout) => rollout.state === "running" || rollout === newest)
  }

  get rolling(): ReadonlyArray<RolloutSummary> {
    return [...this.boards.rollouts.values()].filter(
      (rollout) => rollout.state === "running" && this.boards.apps.has(aliasOf(rollout))
    )
  }

  /** Answers whether to leave. */
  press(key: Key): boolean {
    const step = steps[key]
    if (step !== undefined) this.move(step)
    if (opening.includes(key)) this.show(true)
    if (closing.includes(key) && this.only === null) this.show(false)
    return leaving.includes(key)
  }

  private show(isOpen: boolean): void {
    if (isOpen !== this.isOpen) this.scroll = 0
    this.chosen = this.selected?.view.alias ?? null
    this.isOpen = isOpen
  }

  private move(step: number): void {
    const { apps, opened } = this
    if (opened !== null) {
      this.scroll = Math.max(0, Math.min(opened.runners.size - 1, this.scroll + step))
      return
    }
    const at = apps.findIndex((board) => board === this.selected)
    const next = Math.max(0, Math.min(apps.length - 1, at + step))
    this.chosen = apps[next]?.view.alias ?? null
  }
}

import * as Format from "@ebb/text/Format"
import { RunnerScene } from "@ebb/sim/film/Film"
import { useEffect, useRef } from "preact/hooks"
import { keepPainted } from "../views/Repaint.ts"
import { Actors } from "./Actors.ts"
import { layout } from "./Geometry.ts"
import type { Script } from "./Script.ts"
import { StagePainter } from "./StagePainter.ts"

/** Shows a moment of the film; `wallMs` 0: at once, without a way there. */
export type Show = (atMs: number, wallMs: number, speed: number) => void

interface Props {
  readonly script: Script
  /** Places for runners in the grid: of the mode that needs most. */
  readonly cells: number
  /** Says how this picture is shown a moment, and takes it back with null. */
  readonly onShow: (mode: string, show: Show | null) => void
}

const sceneWords = [
  [RunnerScene.starting, "starting"],
  [RunnerScene.ready, "ready"],
  [RunnerScene.marked, "to be replaced"],
  [RunnerScene.draining, "draining"]
] as const

/** The picture in one sentence, for those who do not see it. */
const inWords = (script: Script, actors: Actors, atMs: number): string => {
  const scenes = [...script.seats.values()].map((seat) => script.spellAt(seat, atMs)?.scene)
  const runners = sceneWords.flatMap(([scene, words]) => {
    const count = scenes.filter((one) => one === scene).length
    return count === 0 ? [] : [`${count} ${words}`]
  })
  const numbers = numbersOf(script, actors, atMs).map((value, at) => `${Format.integer(value)} ${numberNames[at]}`)
  return `Film of ${script.film.mode}: runners ${runners.join(", ") || "none"}; ${numbers.join(", ")}`
}

const numberNames = ["in flight", "waiting", "drained", "failed"] as const

/** The numbers of a moment, in that order. */
const numbersOf = (script: Script, { inFlight, waiting }: Actors, atMs: number): ReadonlyArray<number> => [
  inFlight,
  waiting,
  script.drainedBy(atMs),
  script.failedBy(atMs)
]

/** Draws one mode into a canvas until the answer is called. */
const stage = (host: HTMLElement, { cells, onShow, script }: Props): (() => void) => {
  const canvas = host.querySelector("canvas")!
  const numbers = host.querySelectorAll("dd")
  const actors = new Actors(script)
  let geometry = layout(cells, script.film.slots, canvas.clientWidth, canvas.clientHeight)
  let painter: StagePainter | null = null
  let shown = { atMs: script.film.fromMs, speed: 1 }
  const show: Show = (atMs, wallMs, speed) => {
    shown = { atMs, speed }
    actors.goTo(atMs, wallMs, speed, geometry)
    painter?.paint(actors, atMs, speed)
    numbersOf(script, actors, atMs).forEach((value, at) => {
      const said = Format.integer(value)
      if (numbers[at]!.textContent !== said) numbers[at]!.textContent = said
    })
    numbers[3]!.classList.toggle("bad", script.failedBy(atMs) > 0)
    if (wallMs === 0) canvas.setAttribute("aria-label", inWords(script, actors, atMs))
  }
  const prepare = (): void => {
    // Nothing is drawn where it is not shown, as on paper.
    if (canvas.clientHeight === 0) return
    geometry = layout(cells, script.film.slots, canvas.clientWidth, canvas.clientHeight)
    painter = new StagePainter(canvas, script, geometry, devicePixelRatio)
    show(shown.atMs, 0, shown.speed)
  }
  const sizes = new ResizeObserver(prepare)
  sizes.observe(canvas)
  const forget = keepPainted({ repaint: prepare, paper: prepare })
  onShow(script.film.mode, show)
  return () => {
    onShow(script.film.mode, null)
    forget()
    sizes.disconnect()
  }
}

/** One mode of the film: its canvas, and its numbers of the moment. */
export const FilmStage = (props: Props) => {
  const host = useRef<HTMLElement>(null)
  const { script } = props
  useEffect(() => (host.current === null ? undefined : stage(host.current, props)), [script, props.cells])
  return (
    <figure ref={host} class={`film-stage mode-${script.film.mode}`}>
      <figcaption>
        <span class="mode-name">{script.film.mode}</span>
        <dl class="film-numbers">
          {numberNames.map((name) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd />
            </div>
          ))}
        </dl>
      </figcaption>
      <canvas role="img" />
    </figure>
  )
}

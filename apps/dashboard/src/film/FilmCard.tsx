import * as Format from "@ebb/text/Format"
import type { Film } from "@ebb/sim/film/Film"
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks"
import { FilmClock, speedsFor } from "./FilmClock.ts"
import { FilmKey } from "./FilmKey.tsx"
import { FilmStage, type Show } from "./FilmStage.tsx"
import { Script } from "./Script.ts"

interface Props {
  /** The same part of one run under each mode. */
  readonly films: ReadonlyArray<Film>
}

/** How the moment lies to the rollout. */
const momentText = (atMs: number, rolloutAtMs: number): string => {
  const offMs = atMs - rolloutAtMs
  if (Math.abs(offMs) < 50) return "the rollout begins"
  return `${Format.duration(Math.abs(offMs))} ${offMs < 0 ? "before" : "after"} the rollout`
}

/** Of the slider from the beginning of the film to its end. */
const positions = 500

interface Playing {
  readonly clock: FilmClock
  readonly isPlaying: boolean
  readonly atMs: number
}

/** The clock that all pictures follow, and what the controls show of it. */
const usePlaying = (first: Film, shows: ReadonlyMap<string, Show>): Playing => {
  const [isPlaying, setPlaying] = useState(false)
  const [atMs, setAtMs] = useState(first.fromMs)
  const saidMs = useRef(0)
  const clock = useMemo(
    () =>
      new FilmClock(
        first,
        (nowMs, wallMs) => {
          for (const show of shows.values()) show(nowMs, wallMs, clock.speed)
          const isDue = performance.now() - saidMs.current > 100
          if (wallMs > 0 && !isDue && !clock.isAtEnd) return
          saidMs.current = performance.now()
          setAtMs(nowMs)
        },
        setPlaying
      ),
    [first]
  )
  useEffect(() => {
    if (!isPlaying) for (const show of shows.values()) show(clock.atMs, 0, clock.speed)
  }, [isPlaying, clock])
  useEffect(() => () => clock.pause(), [clock])
  return { clock, isPlaying, atMs }
}

const Controls = ({ first, playing }: { readonly first: Film; readonly playing: Playing }) => {
  const { atMs, clock, isPlaying } = playing
  const id = useId()
  const [speed, setSpeed] = useState(clock.speed)
  const said = momentText(atMs, first.rolloutAtMs)
  const lengthMs = first.toMs - first.fromMs
  return (
    <div class="film-controls">
      <button type="button" class="primary" onClick={() => (isPlaying ? clock.pause() : clock.play())}>
        {isPlaying ? "Pause" : atMs >= first.toMs ? "Play again" : "Play"}
      </button>
      <label for={`${id}-speed`} class="hidden">
        Speed
      </label>
      <select
        id={`${id}-speed`}
        value={speed}
        onChange={({ currentTarget }) => {
          clock.speed = Number(currentTarget.value)
          setSpeed(clock.speed)
        }}
      >
        {speedsFor(first).all.map((one) => (
          <option key={one} value={one}>
            × {one}
          </option>
        ))}
      </select>
      <span class="film-track" style={{ "--rollout": (first.rolloutAtMs - first.fromMs) / lengthMs }}>
        <input
          type="range"
          aria-label="Moment of the film"
          min={0}
          max={positions}
          value={((atMs - first.fromMs) / lengthMs) * positions}
          aria-valuetext={said}
          onInput={({ currentTarget }) =>
            clock.goTo(first.fromMs + (Number(currentTarget.value) / positions) * lengthMs)
          }
        />
      </span>
      <output class="quiet small">{said}</output>
    </div>
  )
}

/** One run played back: what each request and runner does under each mode. Another film begins at its own beginning. */
export const FilmCard = (props: Props) => {
  const shown = useRef({ films: props.films, number: 0 })
  if (shown.current.films !== props.films) shown.current = { films: props.films, number: shown.current.number + 1 }
  return <Stages key={shown.current.number} {...props} />
}

/** The modes side by side on one clock. */
const Stages = ({ films }: Props) => {
  const scripts = useMemo(() => films.map((film) => new Script(film)), [films])
  const cells = Math.max(1, ...scripts.map((script) => script.cells))
  const shows = useRef(new Map<string, Show>()).current
  const first = films[0]!
  const playing = usePlaying(first, shows)
  const onShow = (mode: string, show: Show | null): void => {
    if (show === null) shows.delete(mode)
    else shows.set(mode, show)
  }
  return (
    <section class="card film" aria-labelledby="film">
      <h2 id="film">Watch it happen</h2>
      <Controls first={first} playing={playing} />
      <div class="film-stages" style={{ "--panels": films.length }}>
        {scripts.map((script) => (
          <FilmStage key={script.film.mode} script={script} cells={cells} onShow={onShow} />
        ))}
      </div>
      <FilmKey />
      <p class="quiet small">
        Seed {first.seed}, from {Format.duration(first.fromMs)} to {Format.duration(first.toMs)}. A box is a runner, a
        row in it a slot: a request moves along its row as it is worked on.
      </p>
    </section>
  )
}

import * as Format from "@ebb/text/Format"
import type { Film } from "@ebb/sim/film/Film"
import * as Presets from "@ebb/sim/spec/Presets"
import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks"
import * as RunTimes from "../RunTimes.ts"
import { FilmCard } from "../film/FilmCard.tsx"
import type { PlayPage } from "../PageData.ts"
import { Comparison } from "../views/Comparison.tsx"
import { Copy } from "../views/Copy.tsx"
import { ThemeChoice } from "../views/ThemeChoice.tsx"
import { save } from "../views/Save.ts"
import { Controls } from "./Controls.tsx"
import type { GraceShares } from "./GraceOfSeed.ts"
import * as Link from "./Link.ts"
import * as Knobs from "./Knobs.ts"
import { type Played, Player } from "./Player.ts"
import { type Files, readFrom } from "./Protocol.ts"

interface Props {
  readonly page: PlayPage
  readonly startWorker: () => Worker
}

interface Draft {
  readonly name: string
  /** The spec as it was given or written; null where the reader's own text is not one yet. */
  readonly base: string
  readonly knobs: Knobs.Knobs
}

const parse = (text: string, files: Files) => Spec.parse(text, { file: "the spec", readFile: readFrom(files) })

interface Decoded {
  readonly text: string
  readonly given: Spec.RehearsalSpec | null
  readonly turned: Spec.RehearsalSpec | null
  readonly problem: string | null
}

const decode = ({ base, knobs }: Draft, files: Files): Decoded => {
  const given = parse(base, files)
  if (Result.isFailure(given)) return { text: base, given: null, turned: null, problem: given.failure.message }
  const text = Knobs.apply(base, given.success.text, knobs)
  const turned = parse(text, files)
  if (Result.isFailure(turned)) return { text, given: given.success, turned: null, problem: turned.failure.message }
  return { text, given: given.success, turned: turned.success, problem: null }
}

const statusOf = ({ elapsedMs, requests, seedsDone, spec }: Played): string => {
  const seeds = `${seedsDone} ${seedsDone === 1 ? "seed" : "seeds"}`
  if (seedsDone < spec.run.seeds) return `${seeds} of ${spec.run.seeds} …`
  return `${seeds}, ${Format.many(requests)} requests in ${Format.duration(elapsedMs)}`
}

/** How far it has come; said aloud only once it has come to its end. */
const Status = ({ played }: { readonly played: Played | null }) => {
  const isDone = played !== null && played.seedsDone === played.spec.run.seeds
  const text = played === null ? "Simulating …" : statusOf(played)
  return (
    <p class="status quiet small" data-done={isDone}>
      <span role="status">{isDone ? text : ""}</span>
      <span aria-hidden="true">{isDone ? "" : text}</span>
    </p>
  )
}

const Chooser = ({
  draft,
  onDraft,
  page
}: {
  readonly page: PlayPage
  readonly draft: Draft
  readonly onDraft: (draft: Draft) => void
}) => {
  const id = useId()
  const names = [...new Set([page.name, ...Presets.names.map((name) => `preset ${name}`)])]
  const choose = (name: string): void => {
    onDraft({ name, base: textOf(page, name), knobs: {} })
  }
  return (
    <div class="chooser">
      <label for={id}>Spec</label>
      <select id={id} value={draft.name} onChange={(event) => choose(event.currentTarget.value)}>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
        {names.includes(draft.name) ? null : <option value={draft.name}>{draft.name}</option>}
      </select>
      <button type="button" onClick={() => onDraft({ ...draft, knobs: {} })}>
        Reset the sliders
      </button>
    </div>
  )
}

const SpecEditor = ({ decoded, onText }: { readonly decoded: Decoded; readonly onText: (text: string) => void }) => {
  const { problem, text } = decoded
  const id = useId()
  return (
    <section class="card" id="spec" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>The spec</h2>
      <p class="quiet small">
        Written along by the sliders; write in it or paste another. The same spec gives the same numbers in a terminal:{" "}
        <code>ebb rehearse ebb.yaml</code>
      </p>
      <textarea
        aria-labelledby={`${id}-title`}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-problem`}
        spellcheck={false}
        rows={Math.min(48, text.split("\n").length + 1)}
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      <p class="actions">
        <Copy label="Copy spec" text={text} />
        <button type="button" onClick={() => save("ebb.yaml", "application/yaml", text)}>
          Save as ebb.yaml
        </button>
      </p>
      <p id={`${id}-problem`} class="problem" role="alert">
        {problem ?? ""}
      </p>
    </section>
  )
}

const Actions = ({ played }: { readonly played: Played | null }) => {
  const saveJson = (): void => {
    if (played !== null) save("rehearsal.json", "application/json", `${JSON.stringify(played.report)}\n`)
  }
  return (
    <p class="actions">
      <button type="button" disabled={played === null} onClick={saveJson}>
        Save the numbers as JSON
      </button>
      <Copy label="Copy a link to this" text={() => location.href} />
      <button type="button" onClick={() => document.getElementById("spec")?.scrollIntoView()}>
        See the spec
      </button>
    </p>
  )
}

/** The text of a spec that a name says all about. */
const textOf = (page: PlayPage, name: string): string => {
  const preset = Presets.names.find((one) => name === `preset ${one}`)
  return name === page.name || preset === undefined ? page.specText : Presets.presets[preset]
}

const draftOf = (page: PlayPage, { base, knobs, name }: Link.Scenario): Draft => ({
  name,
  base: base ?? textOf(page, name),
  knobs
})

/** What an address asks to be played; null where it carries what is no scenario. */
const draftAt = (page: PlayPage, hash: string): Draft | null => {
  const scenario = hash === "" ? { name: page.name, knobs: {} } : Link.read(hash)
  return scenario === null ? null : draftOf(page, scenario)
}

/** What the address carries while this is played: nothing where nothing was changed yet. */
const hashOf = (page: PlayPage, { base, knobs, name }: Draft): string => {
  if (name === page.name && base === page.specText && Object.keys(knobs).length === 0) return ""
  const named = { name, knobs }
  return Link.hashOf(base === textOf(page, name) ? named : { ...named, base })
}

/** What is played: what the address asks for, at first and whenever it changes. It follows, so that it can be passed on. */
const useDraft = (page: PlayPage): readonly [Draft, (draft: Draft) => void] => {
  const [draft, setDraft] = useState(
    () => draftAt(page, location.hash) ?? draftOf(page, { name: page.name, knobs: {} })
  )
  useEffect(() => {
    const follow = (): void => {
      const hash = hashOf(page, draft)
      if (hash !== location.hash)
        history.replaceState(null, "", hash === "" ? location.pathname + location.search : hash)
    }
    const onHash = (): void => {
      const asked = draftAt(page, location.hash)
      if (asked === null) follow()
      else setDraft(asked)
    }
    follow()
    addEventListener("hashchange", onHash)
    return () => removeEventListener("hashchange", onHash)
  }, [draft])
  return [draft, setDraft]
}

/** What has been played so far of the newest spec that is one. */
const usePlayer = ({ files }: PlayPage, startWorker: () => Worker, decoded: Decoded) => {
  const [played, setPlayed] = useState<Played | null>(null)
  const [films, setFilms] = useState<ReadonlyArray<Film>>([])
  const [graceShares, setGraceShares] = useState<GraceShares | null>(null)
  const [broken, setBroken] = useState<string | null>(null)
  const player = useMemo(() => {
    const onPlayed = (done: Played): void => {
      setBroken(null)
      setPlayed(done)
    }
    const listener = { onPlayed, onFilmed: setFilms, onGrace: setGraceShares, onBroken: setBroken }
    return new Player(startWorker, files, listener)
  }, [])
  useEffect(() => {
    if (decoded.turned !== null) player.play(decoded.turned)
  }, [decoded])
  return { broken, films, graceShares, played }
}

/** Where the results will stand, until the first seed is there: so what can be turned stays where it is found. */
const Awaited = ({ isPlaying }: { readonly isPlaying: boolean }) => (
  <section class="card awaited" aria-label="What comes of it">
    <p class="quiet">
      {isPlaying ? "Simulating the first seed …" : "Nothing is simulated yet: the spec has a mistake."}
    </p>
  </section>
)

/** The rehearsal that runs as one turns it: sliders, the modes side by side, the spec. */
export const Play = ({ page, startWorker }: Props) => {
  const [draft, setDraft] = useDraft(page)
  const decoded = useMemo(() => decode(draft, page.files), [draft])
  const shown = useRef(decoded)
  if (decoded.turned !== null) shown.current = decoded
  const { broken, films, graceShares, played } = usePlayer(page, startWorker, decoded)
  const { given, turned } = shown.current
  return (
    <main class="play">
      <header>
        <ThemeChoice />
        <p class="brand">{page.home === null ? "ebb rehearsal" : <a href={page.home}>← the sandbox</a>}</p>
        <h1>Play with a rollout</h1>
      </header>
      <div class="desk">
        <section class="card" aria-label="What to try">
          <Chooser page={page} draft={draft} onDraft={setDraft} />
          {given === null || turned === null ? null : (
            <Controls
              given={given}
              turned={turned}
              knobs={draft.knobs}
              graceShares={graceShares}
              onKnobs={(knobs) => setDraft({ ...draft, knobs })}
            />
          )}
          <Status played={played} />
          {broken === null ? null : (
            <p class="problem small" role="alert">
              The simulation broke off: {broken}
            </p>
          )}
          {decoded.problem === null ? null : (
            <p class="problem small">The spec has a mistake; what is shown is the one before. {decoded.problem}</p>
          )}
          <Actions played={played} />
        </section>
        <div class="result">
          {played === null ? (
            <Awaited isPlaying={turned !== null} />
          ) : (
            <Comparison
              report={played.report}
              moments={RunTimes.of(played.spec)}
              drains={played.drains}
              gracePeriodMs={played.spec.app.revision.gracePeriodSeconds * 1000}
              firstSeed={played.spec.run.seed}
            >
              {films.length === 0 ? null : <FilmCard films={films} />}
            </Comparison>
          )}
        </div>
      </div>
      <SpecEditor decoded={decoded} onText={(base) => setDraft({ name: "own spec", base, knobs: {} })} />
      <footer class="quiet small">
        <p>Simulated here, in this page, by ebb {page.version}: nothing leaves this machine.</p>
      </footer>
    </main>
  )
}

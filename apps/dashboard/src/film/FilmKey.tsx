/** What is seen, in the words of the glossary. */
const signs = [
  ["dot-waiting", "waiting"],
  ["dot-working", "in flight"],
  ["dot-drained", "drained"],
  ["dot-again", "sent again"],
  ["dot-failed", "failed"],
  ["box-starting", "runner starting"],
  ["box-ready", "ready"],
  ["box-marked", "to be replaced"],
  ["box-draining", "draining"],
  ["box-cut", "killed"]
] as const

/** What dots and boxes mean. */
export const FilmKey = () => (
  <ul class="key film-key" aria-label="What dots and boxes mean">
    {signs.map(([sign, meaning]) => (
      <li key={sign}>
        <span class={`sign ${sign}`} aria-hidden="true" /> {meaning}
      </li>
    ))}
  </ul>
)

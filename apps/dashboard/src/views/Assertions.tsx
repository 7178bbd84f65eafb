import type { Checked } from "@ebb/sim/report/RehearsalReport"
import * as AssertionText from "@ebb/sim/report/AssertionText"

/** What came of each `--assert`. */
export const Assertions = ({ assertions }: { readonly assertions: ReadonlyArray<Checked> }) => (
  <section class="card" aria-labelledby="assertions">
    <h2 id="assertions">Checks</h2>
    <ul>
      {assertions.map((one) => (
        <li key={one.text}>
          {one.passed ? "✓ holds: " : "✘ fails: "}
          <code>{one.text}</code> ({AssertionText.reason(one)})
        </li>
      ))}
    </ul>
  </section>
)

import { useState } from "preact/hooks"
import * as Theme from "./Theme.ts"

/** Light, dark, or as the system has it; kept for the next time. */
export const ThemeChoice = () => {
  const [theme, setTheme] = useState(Theme.current())
  return (
    <label class="choice theme">
      <span>Theme</span>
      <select
        value={theme}
        onChange={({ currentTarget }) => {
          const wanted = Theme.themes.find((one) => one === currentTarget.value) ?? "system"
          Theme.choose(wanted)
          setTheme(wanted)
        }}
      >
        {Theme.themes.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </label>
  )
}

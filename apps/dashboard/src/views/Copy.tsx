import { useState } from "preact/hooks"

/** Text through the selection, where a page from a file may not reach the clipboard itself. */
const copyBySelection = (text: string): boolean => {
  const area = document.createElement("textarea")
  area.value = text
  document.body.append(area)
  area.select()
  const done = document.execCommand("copy")
  area.remove()
  return done
}

const copy = async (text: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

/** A button that puts a text on the clipboard and says so. */
export const Copy = ({ label, text }: { readonly label: string; readonly text: string | (() => string) }) => {
  const [said, setSaid] = useState("")
  const onClick = async (): Promise<void> => {
    setSaid((await copy(typeof text === "string" ? text : text())) ? "Copied." : "The browser did not allow it.")
    setTimeout(() => setSaid(""), 2000)
  }
  return (
    <span class="copy">
      <button type="button" onClick={onClick}>
        {label}
      </button>{" "}
      <span role="status" class="quiet small">
        {said}
      </span>
    </span>
  )
}

/** Calls back when the colours of the page have changed: light or dark, on screen or on paper. */
export const onRepaint = (repaint: () => void): (() => void) => {
  const dark = matchMedia("(prefers-color-scheme: dark)")
  const paper = (on: boolean) => () => {
    document.documentElement.toggleAttribute("data-print", on)
    repaint()
  }
  const [before, after] = [paper(true), paper(false)]
  dark.addEventListener("change", repaint)
  addEventListener("beforeprint", before)
  addEventListener("afterprint", after)
  return () => {
    dark.removeEventListener("change", repaint)
    removeEventListener("beforeprint", before)
    removeEventListener("afterprint", after)
  }
}

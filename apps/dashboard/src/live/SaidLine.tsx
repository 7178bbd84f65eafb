import type { Said } from "./Hooks.ts"

/** What became of the last action, for eyes and screen readers. */
export const SaidLine = ({ said }: { readonly said: Said | null }) => (
  <p role="status" class={`said-line${said?.bad === true ? " problem" : ""}`}>
    {said?.text ?? ""}
  </p>
)

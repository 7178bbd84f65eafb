import type { ComponentChildren } from "preact"

interface Props {
  /** Whether there is nothing that it could do now. */
  readonly isOff: boolean
  readonly onPress: () => void
  readonly class?: string | undefined
  readonly children: ComponentChildren
}

/** A button that keeps the focus while it is off: one that is `disabled` loses it. */
export const Press = ({ children, class: kind, isOff, onPress }: Props) => (
  <button type="button" class={kind} aria-disabled={isOff} onClick={() => (isOff ? undefined : onPress())}>
    {children}
  </button>
)

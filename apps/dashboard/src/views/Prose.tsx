import { partsOf } from "./UnbrokenParts.ts"

/** A sentence that does not break within an option or a time, nor between a number and its unit. */
export const Prose = ({ text }: { readonly text: string }) => (
  <>
    {partsOf(text).map((part, at) =>
      at % 2 === 0 ? (
        part
      ) : (
        <span key={at} class="unbroken">
          {part}
        </span>
      )
    )}
  </>
)

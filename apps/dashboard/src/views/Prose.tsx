/** An option, or a number with its unit. */
const together = /(--\S+|[-+]?\d[\d.,]* (?:%|ms\b|s\b|m\b|h\b|min\b))/

/** A sentence that does not break within an option, nor between a number and its unit. */
export const Prose = ({ text }: { readonly text: string }) => (
  <>
    {text.split(together).map((part, at) =>
      at % 2 === 0 ? (
        part
      ) : (
        <span key={at} class="whole">
          {part}
        </span>
      )
    )}
  </>
)

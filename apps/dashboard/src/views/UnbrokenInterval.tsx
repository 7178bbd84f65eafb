/** A text that breaks before its interval, `14.4 s` and then `± 6.3 s` or `(1–6)`, and nowhere else. */
export const UnbrokenInterval = ({ text }: { readonly text: string }) => (
  <>
    {text.split(/ (?=[±(])/).map((part, at) => (
      <span key={at}>
        {at === 0 ? "" : " "}
        <span class="unbroken">{part}</span>
      </span>
    ))}
  </>
)

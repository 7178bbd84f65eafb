import type { NewKey } from "@ebb/protocol/rest/Shapes"

/** A key just made, as it is shown this once. */
export const render = ({ key_id, key_secret, scope }: NewKey): string =>
  [
    `Generated key id and key secret, with the scope \`${scope}\`.`,
    "This is the only time the secret will be visible.",
    "You will need to generate a new key pair if you lose access to this secret.",
    `FAL_KEY='${key_id}:${key_secret}'`
  ].join("\n")

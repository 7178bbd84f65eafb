import type { NewKey } from "@ebb/protocol/rest/Shapes"

/** What is said of a key that was just made. */
export const told = ({ key_id, key_secret, scope }: NewKey): string =>
  [
    `Generated key id and key secret, with the scope \`${scope}\`.`,
    "This is the only time the secret will be visible.",
    "You will need to generate a new key pair if you lose access to this secret.",
    `FAL_KEY='${key_id}:${key_secret}'`
  ].join("\n")

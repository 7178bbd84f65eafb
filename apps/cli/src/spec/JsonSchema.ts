import { SpecSchema } from "@ebb/sim/SpecSchema"
import { Schema } from "effect"

/** The JSON Schema of a spec, for editors to complete and check `ebb.yaml` with. */
export const make = (): Record<string, unknown> => {
  const { definitions, schema } = Schema.toJsonSchemaDocument(SpecSchema, { onExcessProperty: "error" })
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "ebb: the spec of a rehearsal",
    ...schema,
    ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions })
  }
}

import { type Setting, settings, settingsWith } from "@ebb/core/domain/Settings"
import {
  AliasInfoSchema,
  ApplicationInfoSchema,
  MachineRequirementsSchema,
  RegisterApplicationRequestSchema,
  UpdateApplicationRequestSchema
} from "@ebb/protocol/gen/controller_pb"
import { assert, describe, it } from "vitest"

const namesOf = ({ fields }: { readonly fields: ReadonlyArray<{ readonly localName: string }> }) =>
  new Set(fields.map(({ localName }) => localName))

const missingIn = (names: ReadonlySet<string>, wanted: ReadonlyArray<Setting>) =>
  wanted.flatMap(({ grpc }) => (grpc === null || names.has(grpc) ? [] : [grpc]))

describe("the messages of the gRPC API", () => {
  it.each([UpdateApplicationRequestSchema, AliasInfoSchema, ApplicationInfoSchema])(
    "$typeName has a field for each setting that is scaled, by the name in the table",
    (schema) => {
      const names = namesOf(schema)
      const wanted = settingsWith({ isScaled: true }).map((key) => settings[key])
      assert.deepStrictEqual(missingIn(names, wanted), [])
    }
  )

  it("have a field for each setting that a deploy brings", () => {
    const names = new Set([...namesOf(MachineRequirementsSchema), ...namesOf(RegisterApplicationRequestSchema)])
    assert.deepStrictEqual(missingIn(names, Object.values(settings)), [])
  })
})

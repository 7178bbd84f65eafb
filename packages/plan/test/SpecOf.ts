import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"

/** A spec from a plain value; the files that it names by their text. */
export const specOf = (value: unknown, files: Readonly<Record<string, string>> = {}): Spec.RehearsalSpec =>
  Result.getOrThrow(Spec.fromJson(value, { file: "spec", readFile: (path) => files[path]! }))

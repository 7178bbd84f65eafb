import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"
import { expect, test } from "vitest"

const refusal = (text: string): string => {
  const parsed = Spec.parse(text, { file: "spec.yaml", readFile: () => "" })
  return Result.isFailure(parsed) ? parsed.failure.message : "it is taken"
}

test.each([
  ["nothing", "", "spec.yaml: is empty; a spec says at least"],
  ["null", "null\n", "spec.yaml: is empty; a spec says at least"],
  ["an alias within its own anchor", "app: &a {name: *a}\n", "spec.yaml: contains itself, by an alias"],
  ["an alias that is multiplied", bomb(), "spec.yaml: Excessive alias count"],
  ["lists 20,000 deep", `${"[".repeat(20_000)}${"]".repeat(20_000)}`, "spec.yaml:1: is nested too deeply"],
  ["mappings 3000 deep", `app: ${"{a: ".repeat(3000)}1${"}".repeat(3000)}`, "spec.yaml:1: app.a: is not known here"],
  ["20,000 keys", lines(20_000, (n) => `k${n}: 1`), "spec.yaml:1: k0: is not known here"],
  ["100,000 keys", lines(100_000, (n) => `k${n}: 1`), "spec.yaml: is longer than 256 Ki characters"],
  ["one key twice", "app: { name: a }\nrun: { seeds: 1, seed: 2, seeds: 3 }\n", "spec.yaml:2: seeds: is given twice"]
])("a spec of %s is refused in one line, and soon", (_, text, words) => {
  const said = refusal(text)
  expect(said).toContain(words)
  expect(said.trimEnd()).not.toContain("\n")
})

function lines(count: number, line: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => line(n)).join("\n")
}

function bomb(): string {
  const names = [..."abcdefghi"]
  return names
    .map(
      (name, n) =>
        `${name}: &${name} [${Array(10)
          .fill(n === 0 ? "x" : `*${names[n - 1]}`)
          .join(", ")}]`
    )
    .join("\n")
}

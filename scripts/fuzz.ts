// `bun run fuzz --for 10m`: random small worlds with fresh seeds against the nine invariants, until the time is over.
import { parseArgs } from "node:util"
import { Duration, toMs } from "@ebb/text/Duration"
import { Schema } from "effect"
import fc from "fast-check"
import { mutants } from "../test/invariants/Mutants.ts"
import { type MakeFleet, play, soundFleet } from "../test/invariants/SmallWorld.ts"
import { type Story, story } from "../test/invariants/Story.ts"

const worldsPerSeed = 500
const seedCount = 2 ** 31

const usage = `Usage: bun run fuzz [--for DURATION] [--seed N] [--mutant INVARIANT]

  --for DURATION      how long, such as 30s, 10m or 8h (default 10m)
  --seed N            the ${worldsPerSeed} worlds of one seed, and no others
  --mutant INVARIANT  a Fleet that breaks this invariant, 1 to ${mutants.length}: the search must find it
`

const refuse = (problem: string): never => {
  process.stderr.write(`✘ ${problem}\n\n${usage}`)
  process.exit(2)
}

const wholeNumber = (name: string, text: string): number =>
  /^\d{1,10}$/.test(text) ? Number(text) : refuse(`--${name} must be a whole number, got ${text}`)

const options = { for: { type: "string" }, seed: { type: "string" }, mutant: { type: "string" } } as const

const given = () => {
  try {
    return parseArgs({ options }).values
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

const fleetOf = (mutant: string | undefined): MakeFleet => {
  if (mutant === undefined) return soundFleet
  const invariant = wholeNumber("mutant", mutant)
  const found = mutants.find(([number]) => number === invariant)
  return found === undefined ? refuse(`there is no mutant for invariant ${mutant}`) : found[1]
}

const durationOf = (text: string): number =>
  Schema.is(Duration)(text) ? toMs(text) : refuse(`--for must be a duration such as 10m, got ${text}`)

/** A counterexample with its size reduced, and what is wrong with it; null when every world held. */
const counterexample = (seed: number, make: MakeFleet): { readonly story: Story; readonly problem: string } | null => {
  const found = fc.check(
    fc.property(story, (each) => play(each, make)),
    { numRuns: worldsPerSeed, seed }
  )
  if (!found.failed) return null
  const { errorInstance: error } = found
  return { story: found.counterexample![0], problem: error instanceof Error ? error.message : String(error) }
}

const report = (seed: number, { problem, story: found }: NonNullable<ReturnType<typeof counterexample>>): void => {
  const again = values.mutant === undefined ? "" : ` --mutant ${values.mutant}`
  process.stdout.write(
    `\n✘ seed ${seed}: ${problem}\n\n${JSON.stringify(found, null, 2)}\n\nAgain: bun run fuzz --seed ${seed}${again}\n`
  )
}

const values = given()
const make = fleetOf(values.mutant)
const only = values.seed === undefined ? null : wholeNumber("seed", values.seed)
const lengthMs = durationOf(values.for ?? "10m")
const startedMs = performance.now()
const elapsedMs = (): number => performance.now() - startedMs
const progress = (worlds: number): string => `${worlds} worlds in ${Math.round(elapsedMs() / 1000)} s`

const first = only ?? Math.floor(Math.random() * seedCount)
process.stdout.write(only === null ? `Seeds from ${first} on\n` : `Seed ${first}\n`)
let worlds = 0
let saidMs = 0
for (let seed = first; ; seed++) {
  const found = counterexample(seed % seedCount, make)
  if (found !== null) {
    report(seed % seedCount, found)
    process.exit(1)
  }
  worlds += worldsPerSeed
  if (only !== null || elapsedMs() >= lengthMs) break
  if (elapsedMs() - saidMs < 10_000) continue
  saidMs = elapsedMs()
  process.stdout.write(`${progress(worlds)}, no violation; at seed ${seed % seedCount}\n`)
}
process.stdout.write(`✔ ${progress(worlds)}, no violation\n`)

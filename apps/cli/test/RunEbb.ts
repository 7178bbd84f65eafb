import * as Program from "@ebb/cli/kit/Program"
import { root } from "@ebb/cli/commands/root"
import { welcome } from "@ebb/cli/commands/Welcome"
import * as FakeIo from "./FakeIo.ts"
import * as FakeSandbox from "./FakeSandbox.ts"

/** How a run of the program ended and what it said. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the real program on words in made-up surroundings. */
export const run = async (words: ReadonlyArray<string>, surroundings: FakeIo.Surroundings = {}): Promise<Ran> => {
  const fake = FakeIo.make(surroundings)
  const code = await Program.run({ name: "ebb", version: "1.2.3", root, welcome }, words, fake.io)
  return { code, out: fake.out(), err: fake.err() }
}

/** Words as a shell splits them, quotes and all; enough of a shell for tests. */
export const wordsOf = (line: string): ReadonlyArray<string> =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "")

/** Runs a command line against a fake sandbox with its key. */
export const ebb = (
  sandbox: Pick<FakeSandbox.FakeSandbox, "host">,
  line: string,
  surroundings: FakeIo.Surroundings = {}
): Promise<Ran> => {
  const env = { COLUMNS: "200", HOME: "/nowhere", EBB_HOST: sandbox.host, EBB_KEY: FakeSandbox.key }
  return run(wordsOf(line), { ...surroundings, env: { ...env, ...surroundings.env } })
}

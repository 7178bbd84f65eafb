import { isLimitName, type LimitName, limits } from "@ebb/runtime/edge/Limits"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "../e2e/Ebb.ts"
import * as Accounts from "./limits/Accounts.ts"
import * as Bodies from "./limits/Bodies.ts"
import * as Connections from "./limits/Connections.ts"
import * as Forgotten from "./limits/Forgotten.ts"
import * as Kept from "./limits/Kept.ts"
import { type Over, words } from "./limits/Over.ts"

/** Small enough that a test goes over them. */
const small = words({
  headBytes: 2000,
  streamsPerConnection: 2,
  bodyBytes: 1000,
  bodiesBytes: 1500,
  grpcMessageBytes: 1000,
  socketMessageBytes: 1000,
  sessionWaitingBytes: 1500,
  specFilesBytes: 100,
  uploadParts: 2,
  queueBytes: 3000,
  ledgerRows: 5,
  rollouts: 2,
  journalPartBytes: 20_000,
  journalBytes: 100_000,
  logLines: 10,
  logCharacters: 4000,
  logLinesWaiting: 5,
  sessions: 1,
  signInsPerBrowser: 2,
  signInLinks: 1,
  teams: 3,
  environments: 3,
  keys: 3,
  secrets: 3,
  secretBytes: 100,
  apps: 3
})

const ebb = new Ebb()
beforeAll(async () => {
  await ebb.up(...small)
  await ebb.serving("demo", 1)
})
afterAll(() => ebb.remove())

/** A limit without a line here does not compile, and fails below. */
const overs: Readonly<Record<LimitName, Over>> = {
  ...Connections.overs(ebb),
  ...Bodies.overs(ebb),
  ...Kept.overs(ebb),
  ...Forgotten.overs(),
  ...Accounts.overs(ebb)
}

test.for(Object.keys(limits).filter(isLimitName))("what is beyond %s", (name, context) => overs[name](context))

test("the numbers of runners that no row of the ledger names any more", Forgotten.numbers)

test("what was deleted and nothing names any more", Forgotten.deleted)

test("docs/limits.md has a row for every limit", () => {
  const docs = readFileSync(join(import.meta.dirname, "../../docs/limits.md"), "utf8")
  for (const name of Object.keys(limits)) expect([name, docs.includes(`\`${name}\``)]).toEqual([name, true])
})

test("a limit that is none, and a number that is none, are refused", () => {
  for (const word of ["nothing=1", "idleMs=0", "idleMs=1.5", "idleMs"])
    expect(ebb.run("up", "--limit", word).code).toBe(2)
})

import { errorTypeNames } from "@ebb/core/fleet/ErrorType"
import type { Replayed } from "@ebb/core/journal/Replay"
import type { Request } from "@ebb/core/tables/Records"
import * as Journal from "@ebb/sim/experiment/Journal"
import { Effect, Result } from "effect"
import { CommandFailed } from "../kit/Errors.ts"
import * as Files from "../kit/Files.ts"
import * as Argument from "../kit/Argument.ts"
import * as Leaf from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import * as Format from "@ebb/text/Format"

const accepts = {
  requests: Argument.flag("--requests", "with --json, the outcome of every request as well"),
  ...Argument.output,
  journal: Argument.word("a journal of ebb rehearse or of a live sandbox", { metavar: "JOURNAL" })
}

const outcomeNames = { 1: "completed", 2: "errored", 3: "cancelled" } as const

/** A request as the ledger of a sandbox has it. */
const row = ({ attempts, errorType, number, outcome, status }: Request) => ({
  number,
  outcome: outcomeNames[outcome],
  status,
  errorType: errorType === 0 ? null : errorTypeNames[errorType],
  attempts
})

const summary = ({ fleet, hash, header, inputs }: Replayed) => ({
  version: 1,
  reproduced: true,
  origin: header.origin,
  mode: header.mode,
  seed: header.seed,
  inputs,
  requests: fleet.state.requestsMade,
  hash
})

const sentence = ({ hash, inputs, mode, origin, requests, seed }: ReturnType<typeof summary>): string => {
  const what = [origin, ...(mode === null ? [] : [mode]), ...(seed === null ? [] : [`seed ${seed}`])].join(", ")
  return `Reproduced (${what}): ${Format.integer(inputs)} inputs, ${Format.integer(requests)} requests, hash ${hash}\n`
}

const run = Effect.fn("replay")(function* ({ journal, requests }: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const text = yield* Files.read(Files.resolve(output.io.cwd, journal), journal)
  const outcomes: Array<ReturnType<typeof row>> = []
  const replayed = Journal.replay(text, requests ? { settled: (request) => void outcomes.push(row(request)) } : {})
  if (Result.isFailure(replayed)) {
    const because = replayed.failure
    return yield* new CommandFailed({ text: `${journal} is rejected: ${because.message}`, because })
  }
  const found = summary(replayed.success)
  yield* output.json ? output.value(requests ? { ...found, outcomes } : found) : output.result(sentence(found))
  return 0
})

/** `ebb replay JOURNAL` */
export const replay = Leaf.make({
  description: "Run a journal again and check that it causes the same outputs, byte for byte.",
  accepts,
  examples: ["ebb rehearse --preset llm --mode force --seeds 1 --journal run.jsonl", "ebb replay run.jsonl"],
  run
})

import type { CheckReport } from "@ebb/drain-check/CheckReport"
import { assert, describe, it } from "@effect/vitest"
import type { Behaviour } from "./Behaviours.ts"
import { busy, codes, problems, type Skip, told, wasBusy } from "./Checking.ts"

const say = ({ advice, graceful, idle, kept }: CheckReport): string =>
  JSON.stringify({ advice: advice.map(({ code, text }) => [code, text]), graceful, kept, idle })

const judge = async (behaviour: Behaviour, skip: Skip): Promise<void> => {
  const report = await told(skip, behaviour.command, behaviour.changes, behaviour.problems)
  assert.sameMembers([...problems(report)], [...behaviour.problems], say(report))
  assert.strictEqual(report.passed, behaviour.problems.length === 0)
  // Notes and numbers are about times: where those are not known, they may be others.
  const unsaid = (behaviour.notes ?? []).filter((code) => !codes(report).includes(code))
  const { says = /^/u } = behaviour
  const text = report.advice[0]?.text ?? ""
  if (wasBusy(report) && (unsaid.length > 0 || !says.test(text))) return skip(busy)
  assert.deepStrictEqual(unsaid, [], say(report))
  for (const code of behaviour.not ?? []) assert.notInclude(codes(report), code, say(report))
  assert.match(text, says)
}

/** Checks the servers, several at a time, and holds what is said against what they do. */
export const tell = (story: string, behaviours: ReadonlyArray<Behaviour>): void => {
  describe.concurrent(story, () => {
    for (const behaviour of behaviours) it(behaviour.it, ({ skip }) => judge(behaviour, skip))
  })
}

import type { CheckReport } from "@ebb/drain-check/CheckReport"
import { assert, describe, it } from "@effect/vitest"
import type { Behaviour } from "./Behaviours.ts"
import { check, codes, problems } from "./Checking.ts"

const say = ({ advice, graceful, idle, kept }: CheckReport): string =>
  JSON.stringify({ advice: advice.map(({ code, text }) => [code, text]), graceful, kept, idle })

const judge = async (behaviour: Behaviour): Promise<void> => {
  const report = await check(behaviour.command, behaviour.changes)
  assert.sameMembers([...problems(report)], [...behaviour.problems], say(report))
  assert.strictEqual(report.passed, behaviour.problems.length === 0)
  assert.includeMembers([...codes(report)], [...(behaviour.notes ?? [])], say(report))
  for (const code of behaviour.not ?? []) assert.notInclude(codes(report), code, say(report))
  if (behaviour.says !== undefined) assert.match(report.advice[0]?.text ?? "", behaviour.says)
}

/**
 * Checks the servers, several at a time, and holds what is said against what they do. With `retry`: a machine that stands still for
 * a moment may show another reason than the one that is there; what is wrong comes again.
 */
export const tell = (story: string, behaviours: ReadonlyArray<Behaviour>, retry = 0): void => {
  describe.concurrent(story, () => {
    for (const behaviour of behaviours) it(behaviour.it, { retry }, () => judge(behaviour))
  })
}

import * as Turns from "@ebb/runtime/kernel/Turns"
import * as Answer from "@ebb/runtime/planes/rest/Answer"
import { beforeEach, describe, expect, it } from "vitest"

let steps: Array<string>
beforeEach(() => {
  steps = []
})

/** Its rows tell when they are written. */
const answerOf = (rows: number) => ({
  rows: Array.from({ length: rows }, (_, n) => ({ toJSON: () => (n === 0 ? steps.push("written") : n) }))
})

const given = async (rows: number): Promise<number> => {
  const answered = Answer.json(answerOf(rows), (answer) => {
    steps.push("encoded")
    return answer
  })
  const others = Turns.turn().then(() => steps.push("somebody else"))
  const written: { readonly rows: ReadonlyArray<unknown> } = await (await answered).json()
  await others
  return written.rows.length
}

describe("an answer", () => {
  it("is given at once", async () => {
    expect(await given(1000)).toBe(1000)
    expect(steps).toEqual(["encoded", "written", "somebody else"])
  })

  it("that is large leaves others their turn between its parts", async () => {
    expect(await given(1001)).toBe(1001)
    expect(steps).toEqual(["encoded", "somebody else", "written"])
  })
})

import * as Turns from "@ebb/runtime/kernel/Turns"
import * as Answer from "@ebb/runtime/planes/rest/Answer"
import { beforeEach, describe, expect, it } from "vitest"

let steps: Array<string>
beforeEach(() => {
  steps = []
})

/** The first of its rows tells when it is written. */
const answerOf = (rows: number) => ({
  rows: Array.from({ length: rows }, (_, n) => ({
    toJSON: () => {
      if (n === 0) steps.push("written")
      return n
    }
  }))
})

const given = async (rows: number): Promise<string> => {
  const answered = Answer.json(answerOf(rows), (answer) => {
    steps.push("encoded")
    return answer
  })
  const others = Turns.turn().then(() => steps.push("somebody else"))
  const text = await (await answered).text()
  await others
  return text
}

const textOf = (rows: number): string => JSON.stringify({ rows: Array.from({ length: rows }, (_, n) => n) })

describe("an answer", () => {
  it("is given at once", async () => {
    expect(await given(1000)).toBe(textOf(1000))
    expect(steps).toEqual(["encoded", "written", "somebody else"])
  })

  it("that is large leaves others their turn between its parts", async () => {
    expect(await given(1001)).toBe(textOf(1001))
    expect(steps).toEqual(["encoded", "somebody else", "written"])
  })
})

describe("a message of the event stream", () => {
  const told = async (rows: number): Promise<string> => {
    const message = Answer.text(answerOf(rows))
    const others = Turns.turn().then(() => steps.push("somebody else"))
    await others
    return message
  }

  it("is written at once", async () => {
    expect(await told(1000)).toBe(textOf(1000))
    expect(steps).toEqual(["written", "somebody else"])
  })

  it("that is large is written in a turn of its own", async () => {
    const message = Answer.text(answerOf(1001))
    expect(steps).toEqual([])
    expect(await message).toBe(textOf(1001))
  })
})

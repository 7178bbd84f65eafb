import { describe, expect, test } from "vitest"
import { sourcesOf } from "./Folders.ts"
import { classesOf } from "./Members.ts"

const most = 8

/** What is known of one app, runner or request: fields, and words about them. */
const records = ["kernel/LiveApp.ts", "kernel/LiveRequest.ts", "kernel/LiveRunner.ts"]

describe("a class of the runtime", () => {
  const classes = [...sourcesOf("apps/runtime/src")].flatMap(([file, text]) =>
    classesOf(text).map((found) => ({ file, ...found }))
  )

  test("has at most eight public members that do something or are state", () => {
    expect(classes.length).toBeGreaterThan(50)
    const over = classes.filter(({ file, members }) => members.length > most && !records.includes(file))
    expect(over.map(({ members, name }) => `${name}: ${members.join(", ")}`)).toEqual([])
  })

  test("is a record only where the list says so", () => {
    expect(records.filter((file) => !classes.some((one) => one.file === file && one.members.length > most))).toEqual([])
  })
})

describe("the public members of a class", () => {
  const text = `
export class Store implements Kept {
  readonly a = 1
  private b = 2
  #c = 3
  static readonly layer = 4

  constructor(a: number) {
    this.a = a
  }

  get d(): number {
    return 1
  }

  async *e(): AsyncIterable<number> {
    const hidden = 1
  }

  private f(): void {}
}

class Error extends Base("x")<{}> {}

const g = {
  h: 1
}
`

  test("are told from what is private, static or of something else", () => {
    expect(classesOf(text)).toEqual([
      { name: "Store", members: ["a", "d", "e"] },
      { name: "Error", members: [] }
    ])
  })
})

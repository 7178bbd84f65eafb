import { RowError } from "./RowError.ts"

const longest = 16 * 1024 * 1024

/** The lines of a text that comes in pieces, without their ends; empty ones are left out. */
export class Lines {
  private rest = ""
  private number = 0
  /** One line and its number, from 1 on; false: no more are wanted. */
  private readonly take: (line: string, number: number) => boolean

  constructor(take: (line: string, number: number) => boolean) {
    this.take = take
  }

  /** False when no more is wanted. */
  push(text: string): boolean {
    const whole = this.rest === "" ? text : this.rest + text
    let from = 0
    for (let to = whole.indexOf("\n"); to >= 0; to = whole.indexOf("\n", from)) {
      if (!this.one(whole.slice(from, to))) return false
      from = to + 1
    }
    this.rest = whole.slice(from)
    if (this.rest.length > longest)
      throw new RowError(this.number + 1, "is longer than 16 MiB: this is no file of lines")
    return true
  }

  end(): boolean {
    return this.rest === "" || this.one(this.rest)
  }

  private one(line: string): boolean {
    this.number++
    const plain = line.endsWith("\r") ? line.slice(0, -1) : line
    return plain.trim() === "" || this.take(plain, this.number)
  }
}

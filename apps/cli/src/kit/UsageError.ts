/** The words on the command line make no sense; printed under the usage line of the innermost command. */
export class UsageError extends Error {
  override readonly name = "UsageError"
  readonly usage: string
  readonly program: string

  constructor(usage: string, program: string, message: string) {
    super(message)
    this.usage = usage
    this.program = program
  }

  /** The whole report, as it goes to stderr. */
  get text(): string {
    return `${this.usage}\n${this.program}: error: ${this.message}\n`
  }
}

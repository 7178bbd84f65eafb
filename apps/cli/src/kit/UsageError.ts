/** The words on the command line make no sense: what is wrong with them, and where to read on. */
export class UsageError extends Error {
  override readonly name = "UsageError"
  readonly program: string
  /** Whether it says what was probably meant. */
  readonly isMeant: boolean

  /** `meant`: what was probably meant, each as it is typed. */
  constructor(program: string, message: string, meant: ReadonlyArray<string> = []) {
    super(meant.length === 0 ? message : `${message} (did you mean ${meant.join(", or ")}?)`)
    this.program = program
    this.isMeant = meant.length > 0
  }

  /** The whole report, as it goes to stderr; the error is in its last line, as programs that read it expect. */
  get text(): string {
    return `Help: ${this.program} --help\n${this.program}: error: ${this.message}\n`
  }
}

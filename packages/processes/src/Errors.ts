import { Schema } from "effect"

/** The command could not be started at all; `because` says why in a few words. */
export class CommandNotStarted extends Schema.TaggedError<CommandNotStarted>()("CommandNotStarted", {
  command: Schema.Array(Schema.String),
  because: Schema.String
}) {
  override get message(): string {
    return this.because
  }
}

/** The process ended before anything of its group listened on its port. */
export class ExitedBeforeReady extends Schema.TaggedError<ExitedBeforeReady>()("ExitedBeforeReady", {
  port: Schema.Int,
  code: Schema.NullOr(Schema.Int),
  signal: Schema.NullOr(Schema.String)
}) {
  override get message(): string {
    const how = this.signal === null ? `with exit code ${this.code}` : `by ${this.signal}`
    return `the process ended ${how} before it listened on port ${this.port}`
  }
}

/** Every port that may be drawn is taken or was drawn a short time ago. */
export class NoPortFree extends Schema.TaggedError<NoPortFree>()("NoPortFree", {
  portMin: Schema.Int,
  portMax: Schema.Int
}) {
  override get message(): string {
    return `no port from ${this.portMin} to ${this.portMax} is free`
  }
}

/** Processes that still live though they were sent SIGKILL. */
export class ProcessesRemain extends Schema.TaggedError<ProcessesRemain>()("ProcessesRemain", {
  pids: Schema.Array(Schema.Int)
}) {
  override get message(): string {
    return `processes that did not end after SIGKILL: ${this.pids.join(", ")}`
  }
}

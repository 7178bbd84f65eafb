import { Schema } from "effect"

/** A port that was asked for is another's. */
export class PortInUse extends Schema.TaggedError<PortInUse>()("PortInUse", {
  option: Schema.Literals(["port", "httpPort"]),
  port: Schema.Int
}) {
  override get message() {
    return `Port ${this.port} is in use`
  }
}

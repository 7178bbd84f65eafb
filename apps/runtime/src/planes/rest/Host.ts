import { Context, Layer } from "effect"
import { Links } from "./SignIn.ts"

/** Whoever asks the sandbox to go down gets an answer before it does. */
const answerFirstMs = 100

/** The server that the planes are part of: where it is reached, and its end. */
export class Host {
  readonly links = new Links()
  private goDown: () => void = () => {}
  /** Resolves when somebody asked the sandbox to go down. */
  readonly downAsked: Promise<void>
  /** Known once the doors are open; `tlsUrl`: null without TLS. */
  addresses: { readonly url: string; readonly tlsUrl: string | null } = { url: "", tlsUrl: null }

  constructor() {
    this.downAsked = new Promise((resolve) => {
      this.goDown = resolve
    })
  }

  down(): void {
    setTimeout(this.goDown, answerFirstMs)
  }
}

export class SandboxHost extends Context.Service<SandboxHost, Host>()("@ebb/runtime/planes/rest/SandboxHost") {
  static readonly layer = Layer.sync(SandboxHost, () => new Host())
}

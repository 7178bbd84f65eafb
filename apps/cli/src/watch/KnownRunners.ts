import type { Message, RunnerView } from "@ebb/protocol/rest/Events"

/** The runners that are there, put together of the event stream. */
export class Runners {
  private readonly all = new Map<string, RunnerView>()

  find(id: string): RunnerView | undefined {
    return this.all.get(id)
  }

  take(message: Message): void {
    for (const runner of message.runners) this.all.set(runner.id, runner)
    if (message.type === "changes") for (const id of message.gone) this.all.delete(id)
  }
}

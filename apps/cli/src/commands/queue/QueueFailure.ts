import { ApiError } from "@ebb/protocol/rest/Client"
import { CommandFailed } from "../../kit/Errors.ts"

const unauthenticated = 401

/** What the queue's commands say of a refusal; a bad key and a sandbox that is away are named as everywhere. */
export const during =
  (doing: string) =>
  (failure: CommandFailed): CommandFailed => {
    const { because } = failure
    if (!(because instanceof ApiError) || because.status === unauthenticated) return failure
    return new CommandFailed({ text: `Failed to ${doing}: ${failure.text}`, because })
  }

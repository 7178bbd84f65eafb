import { nameProblem, type NameRule } from "@ebb/core/domain/Names"
import { Effect, Schema } from "effect"

/** Why the sandbox does not do what it was asked: the gRPC status and HTTP status of each. */
export const refusals = {
  INVALID_ARGUMENT: { grpc: 3, http: 400 },
  NOT_FOUND: { grpc: 5, http: 404 },
  ALREADY_EXISTS: { grpc: 6, http: 409 },
  PERMISSION_DENIED: { grpc: 7, http: 403 },
  RESOURCE_EXHAUSTED: { grpc: 8, http: 429 },
  FAILED_PRECONDITION: { grpc: 9, http: 409 },
  UNIMPLEMENTED: { grpc: 12, http: 501 },
  UNAVAILABLE: { grpc: 14, http: 503 },
  UNAUTHENTICATED: { grpc: 16, http: 401 }
} as const
export type RefusalCode = keyof typeof refusals

/** A refusal, with the sentence that the caller reads. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  code: Schema.Literals(Object.keys(refusals) as Array<RefusalCode>),
  detail: Schema.String
}) {
  override get message(): string {
    return this.detail
  }
}

export const refuse = (code: RefusalCode, detail: string): Refused => new Refused({ code, detail })
/** Refuses a name that is none (docs/spec.md). */
export const checkName = (rule: NameRule, name: string): Effect.Effect<void, Refused> => {
  const problem = nameProblem(rule, name)
  return problem === null ? Effect.void : Effect.fail(refuse("INVALID_ARGUMENT", problem))
}

export const tooMany = (most: number, what: string, help = ""): Refused =>
  refuse("RESOURCE_EXHAUSTED", `There are ${most} ${what}, which is the most${help}`)

export const notFound = (detail: string): Refused => refuse("NOT_FOUND", detail)

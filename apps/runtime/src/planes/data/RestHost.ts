import { Result } from "effect"
import { fromAuthorization } from "../../control/Principal.ts"
import type { Sandbox } from "../../Sandbox.ts"
import type { Address } from "./Address.ts"
import * as Access from "./Access.ts"
import * as Answers from "./Answers.ts"
import * as Body from "../../edge/Body.ts"
import * as Storage from "./Storage.ts"
import * as Tokens from "./Tokens.ts"

const initiates = ["/storage/upload/initiate", "/storage/upload/initiate-multipart"]
const uploads = "/storage/upload/"

/** What the platform's `rest.fal.ai` does for callers of apps: tokens for WebSockets, uploads. `base`: our own address. */
export const handle = async (
  sandbox: Sandbox,
  request: Request,
  base: string,
  { path, url }: Address
): Promise<Response> => {
  const isInitiate = initiates.includes(path)
  if (path.startsWith(uploads) && !isInitiate) {
    return Storage.upload(sandbox, path.slice(uploads.length), request, url)
  }
  if (path === "/.well-known/jwks.json") return Response.json(sandbox.webhookKey.jwks())
  const isToken = path.replace(/\/$/, "") === "/tokens"
  if (!isToken && !isInitiate) return Answers.plainError(404, "Not found")
  if (request.method !== "POST") return Answers.notAllowed("POST")
  const credentials = fromAuthorization(request.headers.get("authorization"))
  const principal = sandbox.authenticator.identify(credentials)
  if (principal === null) return Access.refused(sandbox, credentials)
  const body = await Body.read(request)
  if (body instanceof Response) return body
  const text = new TextDecoder().decode(body)
  if (isInitiate) return Storage.initiate(sandbox, text, request.headers, base)
  const token = await Tokens.make(sandbox, principal, text)
  return Result.isSuccess(token) ? Response.json(token.success) : Answers.plainError(400, token.failure)
}

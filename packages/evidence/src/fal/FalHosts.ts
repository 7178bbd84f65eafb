/** Where an app's past is asked for, and with what. Nothing is sent anywhere else. */
export interface FalHosts {
  /** `ID:SECRET` */
  readonly key: string
  readonly api: string
  readonly rest: string
  readonly runners: string
  /** `host:port` of the control plane's gRPC; null: the app's settings are asked for over `rest`, as a sandbox has them. */
  readonly grpc: { readonly target: string; readonly isPlain: boolean } | null
}

type Environment = Readonly<Record<string, string | undefined>>

const isOn = (value: string | undefined): boolean => !["", "0", "false"].includes((value ?? "").trim().toLowerCase())

const keyOf = (env: Environment): string | null => {
  if (env["FAL_KEY"] !== undefined && env["FAL_KEY"] !== "") return env["FAL_KEY"]
  const [id, secret] = [env["FAL_KEY_ID"], env["FAL_KEY_SECRET"]]
  return id === undefined || secret === undefined ? null : `${id}:${secret}`
}

/** The hosts and the key as the public clients read them from the environment; a sentence where the key is missing. */
export const fromEnvironment = (env: Environment): FalHosts | string => {
  const key = keyOf(env)
  if (key === null || !key.includes(":")) return "needs FAL_KEY=ID:SECRET in the environment"
  const isPlain = isOn(env["ISOLATE_TEST_MODE"])
  const target = env["FAL_GRPC_HOST"] ?? "api.alpha.fal.ai"
  const grpc = { target: /:\d+$/u.test(target) ? target : `${target}:443`, isPlain }
  const named = env["FAL_REST_HOST"]
  if (named === undefined || named === "") {
    return { key, api: "https://api.fal.ai", rest: "https://rest.fal.ai", runners: "https://rest.alpha.fal.ai", grpc }
  }
  const base = `${isPlain ? "http" : "https"}://${named}`
  return { key, api: base, rest: base, runners: base, grpc }
}

/** A sandbox at that address. */
export const ofSandbox = (url: string, key: string): FalHosts => ({
  key,
  api: url,
  rest: url,
  runners: url,
  grpc: null
})

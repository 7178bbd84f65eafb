import { Effect, Layer } from "effect"
import type { LiveRevision } from "../kernel/LiveApp.ts"
import type { LiveRunner } from "../kernel/LiveRunner.ts"
import { Watching } from "../kernel/Watchers.ts"
import { Keys, type KeyStore } from "../store/KeyStore.ts"
import { Secrets, type SecretStore } from "../store/SecretStore.ts"

/** The environment of a runner is that of its start (platform rule 10). */
class RunnerEnvironments {
  private readonly keys: KeyStore
  private readonly secrets: SecretStore
  private readonly seen = new WeakMap<LiveRevision, Pick<LiveRunner, "environment" | "variables">>()

  constructor(keys: KeyStore, secrets: SecretStore) {
    this.keys = keys
    this.secrets = secrets
  }

  give(runner: LiveRunner): void {
    const { app, revision } = runner
    const seen = this.secretsOf(runner)
    runner.variables = seen
    if (revision.processes === null) return
    const description = `runner ${runner.id}`
    const key = this.keys.create({ team: app.team, scope: "API", description }, runner.id)
    const platform = {
      FAL_KEY: `${key.id}:${key.secret}`,
      FAL_APP_NAME: app.name,
      FAL_APP_ID: app.id,
      FAL_JOB_ID: runner.id
    }
    runner.variables = { ...seen, ...platform }
  }

  /** A rollout starts thousands of runners at once that see the same: it is read once for each environment. */
  private secretsOf({ app, environment, revision }: LiveRunner): LiveRunner["variables"] {
    const last = this.seen.get(revision)
    if (last?.environment === environment) return last.variables
    const variables = this.secrets.visible(app.team, app.env, revision.spec.app?.secrets ?? null)
    this.seen.set(revision, { environment, variables })
    return variables
  }

  /** The key that it was given is good for no longer than the runner lives. */
  takeBack({ endedAtMs, id, revision }: LiveRunner): void {
    if (endedAtMs !== null && revision.processes !== null) this.keys.revokeOfRunner(id)
  }
}

/** Gives every runner that starts its environment. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const keys = yield* Keys
    const environments = new RunnerEnvironments(keys, yield* Secrets)
    // Those of an earlier run that ended without a word.
    keys.revokeOfRunner(null)
    const watchers = yield* Watching
    watchers.add({
      runnerStarts: (runner) => environments.give(runner),
      runnerChanged: (runner) => environments.takeBack(runner)
    })
  })
)

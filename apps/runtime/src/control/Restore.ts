import { Context, Effect, Layer, Result } from "effect"
import { Apps } from "../kernel/Apps.ts"
import { Catalog } from "../store/CatalogStore.ts"
import { madeAnew } from "../store/DamagedData.ts"
import { Directory } from "../store/DataDirectory.ts"
import { Deleted } from "../store/DeletedStore.ts"
import { SignIns } from "../store/SignInStore.ts"
import { Teams } from "../store/TeamStore.ts"
import * as AccountControl from "./AccountControl.ts"
import { demoSpec } from "./Demo.ts"
import { personalTeam } from "./Principal.ts"
import * as RememberedRunners from "./RememberedRunners.ts"
import * as Revisions from "./Revisions.ts"
import * as UpSpec from "./UpSpec.ts"

/** What a sandbox is started with, beside what its data directory has. */
export interface Given {
  readonly specs: ReadonlyArray<UpSpec.UpSpec>
  /** Leaves the example app out. */
  readonly empty: boolean
}

/** A token of the shape that clients read; nobody checks its signature (docs/wire.md). */
const loginToken = (): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const decadeSeconds = 10 * 365 * 24 * 60 * 60
  const exp = Math.floor(Date.now() / 1000) + decadeSeconds
  return [part({ alg: "none", typ: "JWT" }), part({ sub: personalTeam.userId, exp }), crypto.randomUUID()].join(".")
}

const account = Effect.gen(function* () {
  const teams = yield* Teams
  const signIns = yield* SignIns
  const directory = yield* Directory
  if (teams.find(personalTeam.name) === null) yield* AccountControl.newTeam(personalTeam, "made by ebb up")
  for (const { name } of teams.all()) {
    if (directory.teamKeys.read(name) !== null) continue
    yield* AccountControl.newKeyFile(name, "made by ebb up")
    madeAnew(directory.teamKeys.file(name), `It holds a new key of team ${name}; earlier keys are good as before.`)
  }
  if (signIns.hasLogin()) {
    if (directory.login.read() !== null) return
    madeAnew(directory.login.file, "Logins with the token before are over.")
  }
  const token = loginToken()
  directory.login.write(token)
  signIns.setLogin(token)
})

/** Who has deleted it does not get it again. */
const demoPlace = [personalTeam.name, "main", "demo"] as const

const addDemo = Effect.gen(function* () {
  const { path } = yield* Directory
  const spec = Result.getOrThrow(Revisions.parse(demoSpec, "demo", {}))
  const place = { team: personalTeam.name, env: "main", name: "demo", auth: "private", regions: [] } as const
  yield* Revisions.createApp(place, spec, { folder: path, said: null })
})

const restore = Effect.fn("restore")(function* ({ empty, specs }: Given) {
  yield* account
  const catalog = yield* Catalog
  yield* Revisions.restore(catalog.apps("there"))
  ;(yield* Deleted).forgetApps(...demoPlace)
  for (const stored of catalog.apps("deleted")) yield* Revisions.restoreDeleted(stored)
  yield* RememberedRunners.restore
  const apps = yield* Apps
  const isNew = apps.all.length === 0 && !catalog.wasThere(...demoPlace)
  if (isNew && !empty && specs.length === 0) yield* addDemo
  return yield* Effect.forEach(specs, UpSpec.apply)
})

/** What became of the specs, once all that was there is back. */
export class Restored extends Context.Service<Restored, ReadonlyArray<UpSpec.Applied>>()(
  "@ebb/runtime/control/Restored"
) {
  static readonly layer = (given: Given) => Layer.effect(Restored, restore(given))
}

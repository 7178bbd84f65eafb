import { parse, toApp, toRollout } from "@ebb/dashboard/live/Route"
import { assert, describe, it } from "@effect/vitest"

describe("the view that an address asks for", () => {
  it.each(["chat", "chat--staging", "a/b", "100%", "é %2F"])("is the app %s where it was made for it", (app) => {
    assert.deepStrictEqual(parse(toApp(app)), { view: "app", app })
    assert.deepStrictEqual(parse(toRollout(app)), { view: "rollout", rollout: app })
  })

  it.each(["100%", "%", "%zz", "%c3%28"])("is the app %s where it is not encoded as addresses are", (app) => {
    assert.deepStrictEqual(parse(`#/app/${app}`), { view: "app", app })
  })

  it.each(["", "#", "#/", "#/%", "#/app", "#/app/", "#/nothing/chat"])("is the start for %j", (hash) => {
    assert.deepStrictEqual(parse(hash), { view: "start" })
  })
})

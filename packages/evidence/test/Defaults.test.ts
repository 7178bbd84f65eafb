import { settings } from "@ebb/core/domain/Settings"
import { defaults } from "@ebb/evidence/learn/Defaults"
import { toMs } from "@ebb/text/Duration"
import { assert, it } from "vitest"

it.each(Object.values(settings))("what holds where nobody knows $part.$wire is its default", (setting) => {
  const [, value = ""] = defaults.find(([path]) => path === `${setting.part}.${setting.wire}`) ?? []
  assert.strictEqual(setting.unit === "seconds" ? toMs(value) / 1000 : Number(value), setting.default)
})

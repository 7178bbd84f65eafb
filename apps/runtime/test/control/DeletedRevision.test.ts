import * as Api from "@ebb/protocol/rest/Api"
import { afterEach, beforeEach, expect, test } from "vitest"
import { Restarted, spec } from "../Restarted.ts"

let ebb: Restarted
beforeEach(() => {
  ebb = new Restarted()
})
afterEach(() => ebb.remove())

test("a deploy whose revision is deleted while it is verified says so", async () => {
  await ebb.up(spec("1s"))
  const slow = spec("1s").replace("setup: 5ms", "setup: 60s")
  const deploy = ebb.ask(Api.deploy, { params: {}, body: { spec: slow } }).then(
    () => "deployed",
    (error: Error) => error.message
  )
  const [newest] = await ebb.until(
    () => ebb.revisions("llm"),
    (revisions) => revisions.length === 2
  )
  await ebb.ask(Api.deleteRevision, { params: { revision: newest!.id } })
  expect(await deploy).toBe(`Revision '${newest!.id}' of 'llm' was given up: it was deleted meanwhile`)
})

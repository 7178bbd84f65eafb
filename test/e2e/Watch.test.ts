import { afterEach, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

let ebb = new Ebb()
afterEach(() => ebb.remove())

const printed = (command: ReturnType<Ebb["follow"]>, text: string) =>
  ebb.until(
    async () => command.printed(),
    (all) => all.includes(text)
  )

test.each([
  ["killed", [], (own: Ebb) => own.kill()],
  ["killed", ["--json"], (own: Ebb) => own.kill()],
  ["taken down in order", [], (own: Ebb) => own.start("down")],
  ["taken down in order", ["--json"], (own: Ebb) => own.start("down")]
] as const)("apps runners --watch of a sandbox that is %s fails, and says so: %j", async (_, words, end) => {
  ebb = await new Ebb().up()
  await ebb.serving("demo", 2)
  const watching = ebb.follow("apps", "runners", "demo", "--watch", ...words)
  await printed(watching, "IDLE")
  // Its events may not be followed yet when the first rollout is over.
  await ebb.until(
    async () => ebb.run("apps", "rollout", "demo", "--force"),
    () => watching.printed().includes("PENDING")
  )
  await end(ebb)
  const { code, stderr } = await watching.ended
  const again = ["ebb", "apps", "runners", "--watch", "demo", ...words].join(" ")
  const { host } = new URL(ebb.url)
  const said = `✘ The connection to ${host} broke, so the runners are no longer shown. Once the sandbox answers: ${again}\n`
  expect([code, stderr]).toEqual([1, said])
})

test("apps rollout --watch of a sandbox that is killed fails too", async () => {
  ebb = await new Ebb().up()
  await ebb.serving("demo", 2)
  const watching = ebb.follow("apps", "rollout", "demo", "--watch", "--json")
  await printed(watching, '"id": "r-1"')
  await ebb.kill()
  const { code, stderr } = await watching.ended
  const { host } = new URL(ebb.url)
  expect([code, stderr]).toEqual([
    1,
    `✘ The sandbox at ${host} went away during rollout r-1. Once it is up again: ebb rollouts report r-1\n`
  ])
})

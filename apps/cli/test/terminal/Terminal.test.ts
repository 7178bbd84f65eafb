import { assert, describe, expect, it } from "@effect/vitest"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import * as FakeSandbox from "../FakeSandbox.ts"
import { status } from "../golden/Samples.ts"
import { isThere, Pane } from "./Pane.ts"
import * as Replay from "./Replay.ts"

const sizes = [
  { columns: 80, rows: 24 },
  { columns: 200, rows: 60 }
]

const program = join(import.meta.dirname, "StillClock.ts")

interface Given {
  readonly columns: number
  readonly rows: number
  readonly env?: Readonly<Record<string, string>>
}

/** `ebb` on a terminal of that size, against that sandbox. */
const ebb = (
  sandbox: Pick<FakeSandbox.FakeSandbox, "host">,
  line: string,
  { columns, env = {}, rows }: Given
): Pane => {
  const its = { EBB_HOST: sandbox.host, EBB_KEY: FakeSandbox.key, HOME: "/nowhere", LANG: "C.UTF-8", TZ: "UTC", ...env }
  const pane = new Pane({ columns, rows, env: its, command: [process.execPath, program, ...line.split(" ")] })
  onTestFinished(() => pane.close())
  return pane
}

/** A port is another one each time. */
const golden = async (text: string, { host }: { readonly host: string }, name: string): Promise<void> => {
  const stable = text.replaceAll(host, "127.0.0.1:PORT ".slice(0, host.length).padEnd(host.length))
  await expect(stable).toMatchFileSnapshot(join(import.meta.dirname, "golden", `${name}.txt`))
}

if (!isThere) console.warn("skipped: the tests on a terminal need tmux (apt-get install tmux)")

describe.skipIf(!isThere)("a terminal", () => {
  for (const size of sizes) {
    const at = `${size.columns}x${size.rows}`
    it(`shows a rollout while it goes on and when it is over, at ${at}`, async () => {
      const sandbox = Replay.start()
      const pane = ebb(sandbox, "apps rollout demo --watch", size)
      await golden(await pane.shows("drained in", "PENDING"), sandbox, `watch-middle-${at}`)
      sandbox.playTo(Replay.end)
      await golden(await pane.shows("Report: ebb rollouts report", "exit 0"), sandbox, `watch-end-${at}`)
      assert.strictEqual(await pane.ended(), 0)
      assert.isTrue(pane.isRestored)
    })
    it(`shows the apps of a team, and one of them, at ${at}`, async () => {
      const sandbox = Replay.start()
      sandbox.playTo(Replay.middle)
      const pane = ebb(sandbox, "top", size)
      await golden(await pane.shows("2 of 3 runners ended"), sandbox, `top-${at}`)
      pane.press("Enter")
      await golden(await pane.shows("esc back"), sandbox, `top-app-${at}`)
      pane.press("Escape")
      await pane.shows("enter open")
      pane.press("q")
      assert.strictEqual(await pane.ended(), 0)
      assert.isTrue(pane.isRestored)
      assert.notInclude(pane.text(), "ebb top")
    })
  }
  const [small] = sizes
  it("is drawn over again when its size changes, down to 40 columns in ASCII", async () => {
    const sandbox = Replay.start()
    sandbox.playTo(Replay.middle)
    const pane = ebb(sandbox, "top demo", { ...small!, env: { LANG: "C", NO_COLOR: "1" } })
    await pane.shows("2 of 3 runners ended")
    pane.resize(40, 24)
    await golden(await pane.shows("runners ended", "for 6 s"), sandbox, "top-app-40x24-ascii")
    pane.press("C-c")
    assert.strictEqual(await pane.ended(), 0)
    assert.isTrue(pane.isRestored)
  })
  it("is given back when the program is terminated", async () => {
    for (const line of ["top", "apps rollout demo --watch"]) {
      const pane = ebb(Replay.start(), line, small!)
      await pane.shows("demo")
      assert.isFalse(pane.isRestored)
      process.kill(pane.pid, "SIGTERM")
      assert.strictEqual(await pane.ended(), 143)
      assert.isTrue(pane.isRestored)
    }
  })
  it("shows what a load does, what it waits for after Ctrl-C, and what became of it", async () => {
    let answer = (): void => {}
    const answered = new Promise<void>((resolve) => (answer = resolve))
    const sandbox = FakeSandbox.start({ status: () => status }, async (_, url) => {
      if (!url.pathname.startsWith("/fal.run/")) return null
      await answered
      return Response.json({})
    })
    const pane = ebb(sandbox, "load demo --rate 1/h", small!)
    await pane.shows("sent 1 · in flight 1 · completed 0 · errored 0")
    pane.press("C-c")
    await pane.shows("Waiting for 1 in flight; Ctrl-C to leave.")
    answer()
    assert.strictEqual(await pane.ended(), 0)
    assert.match(pane.text(), /1 request in .* · completed 1 · errored 0\nlatency mean/)
    assert.isTrue(pane.isRestored)
  })
  it("is given back when the sandbox refuses to go on", async () => {
    const pane = ebb(Replay.start(), "top", { ...small!, env: { EBB_KEY: "bad:bad" } })
    assert.strictEqual(await pane.ended(), 1)
    assert.isTrue(pane.isRestored)
    assert.include(pane.text(), "✘ Invalid credentials")
  })
})

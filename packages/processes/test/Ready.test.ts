import { ExitedBeforeReady } from "@ebb/processes/Errors"
import * as Ports from "@ebb/processes/Ports"
import * as Ready from "@ebb/processes/Ready"
import { createServer } from "node:net"
import { assert, it } from "@effect/vitest"
import { describeEach } from "./EachSystem.ts"
import { newMark, run, script } from "./Run.ts"

const never = new AbortController().signal

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "it did not reject",
    (error: unknown) => error
  )

describeEach("Ready", () => {
  it("waits for the group's own listener and says where to reach it", async () => {
    const port = await Ports.draw()
    const { group } = run(["node", script("hello.mjs")], { port })
    const address = await Ready.wait({ group, port, ready: {}, signal: never })
    assert.deepStrictEqual(address, { host: "127.0.0.1", port })
    assert.strictEqual(await (await fetch(`http://127.0.0.1:${port}/`)).text(), "hello")
  })

  it("finds a server that listens on the IPv6 loopback only, and one behind a shell", async () => {
    const port = await Ports.draw()
    const { group } = run(["sh", "-c", `node ${script("hello.mjs")}; exit 0`], { port, env: { HOST: "::1" } })
    assert.deepStrictEqual(await Ready.wait({ group, port, ready: {}, signal: never }), { host: "::1", port })
  })

  it("waits until the path is answered 2xx, over connections that it does not keep", async () => {
    const port = await Ports.draw()
    const { group, line, lines } = run(["node", script("hello.mjs")], { port })
    const ready = Ready.wait({ group, port, ready: { path: "/ready" }, signal: never })
    await line((line) => line.startsWith("/ready 503"))
    await fetch(`http://127.0.0.1:${port}/warm`)
    await ready
    // What the server prints may come after its answer.
    await line((line) => line.startsWith("/ready 200"))
    assert.isTrue(lines.filter((line) => line.startsWith("/ready")).every((line) => line.endsWith(" close")))
  })

  it("does not take somebody else's listener for the group's", async () => {
    const port = await Ports.draw()
    const stranger = createServer()
    await new Promise<void>((resolve) => stranger.listen(port, "127.0.0.1", resolve))
    const { group, line } = run(["node", script("hello.mjs")], { port })
    const error = await rejection(Ready.wait({ group, port, ready: {}, signal: never }))
    assert.instanceOf(error, ExitedBeforeReady)
    assert.include(error.message, `the process ended with exit code 1 before it listened on port ${port}`)
    assert.include(await line((line) => line.includes("EADDRINUSE")), "EADDRINUSE")
    await new Promise((resolve) => stranger.close(resolve))
  })

  it("does not take the listener of another runner of its sandbox for the group's", async () => {
    const port = await Ports.draw()
    const mark = newMark()
    const other = run(["node", script("hello.mjs")], { port, mark, runner: `${mark}-other` })
    await Ready.wait({ group: other.group, port, ready: {}, signal: never })
    const { group } = run(["sleep", "1000"], { port, mark, runner: `${mark}-idle` })
    assert.deepStrictEqual(Ready.listenersOf(group), [])
    assert.lengthOf(Ready.listenersOf(other.group, port), 1)
  })

  it("ends early when the process does", async () => {
    const { group } = run(["sh", "-c", "exit 4"])
    const error = await rejection(Ready.wait({ group, port: 20_001, ready: {}, signal: never }))
    assert.instanceOf(error, ExitedBeforeReady)
    assert.deepStrictEqual({ code: error.code, signal: error.signal }, { code: 4, signal: null })
  })

  it("gives up when it is told to", async () => {
    const port = await Ports.draw()
    const { group } = run(["sleep", "1000"], { port })
    const stop = new AbortController()
    const waiting = rejection(Ready.wait({ group, port, ready: {}, signal: stop.signal }))
    stop.abort(new Error("enough"))
    assert.strictEqual(String(await waiting), "Error: enough")
  })
})

import { replay } from "@ebb/core/journal/Replay"
import { Kernel } from "@ebb/runtime/kernel/Kernel"
import { onLoopback, sandboxOf, Server } from "@ebb/runtime/Server"
import { Sqlite } from "@ebb/runtime/store/Database"
import { Directory, RunningFile } from "@ebb/runtime/store/DataDirectory"
import { Effect, Layer, Result } from "effect"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "ebb-start-"))
})
afterEach(() => rmSync(data, { recursive: true }))

const options = () => ({
  data,
  speed: 1,
  allowProcesses: false,
  ...onLoopback,
  page: () => null,
  specs: [],
  empty: false
})

/** A port that is another's. */
const taken = async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return { server, port: (server.address() as AddressInfo).port }
}

/** The parts of a sandbox that another one would miss if they were not closed. */
const held = Effect.gen(function* () {
  const { world } = yield* Kernel
  const database = yield* Sqlite
  const directory = yield* Directory
  const write = yield* RunningFile
  write({ pid: process.pid, url: "http://localhost", grpc: "localhost", version: "0" })
  return { database, directory, world }
})

test("a start that fails at its last step closes all that was opened before it, the world before what it writes to", async () => {
  let opened: Effect.Success<typeof held> | null = null
  const late = Layer.effectDiscard(
    Effect.flatMap(held, (parts) => {
      opened = parts
      return Effect.fail("too late" as const)
    })
  )
  const built = Effect.scoped(Layer.build(late.pipe(Layer.provide(sandboxOf(options())))))
  expect(await Effect.runPromise(Effect.flip(built))).toBe("too late")

  const { database, directory, world } = opened!
  expect(world.pacer.isStopped).toBe(true)
  expect(() => database.get("select 1")).toThrow()
  expect(directory.running.read()).toBeNull()
  // The journal has its end, so the world ended while its file was still open.
  const [journal] = readdirSync(join(data, "journal"))
  expect(Result.isSuccess(replay(readFileSync(join(data, "journal", journal!), "utf8")))).toBe(true)
})

const freePort = async (): Promise<number> => {
  const { port, server } = await taken()
  await new Promise((resolve) => server.close(resolve))
  return port
}

test("where the port is taken nothing stays behind: the same data directory opens on another one", async () => {
  const { port, server: other } = await taken()
  await expect(Server.start({ ...options(), port })).rejects.toMatchObject({ _tag: "PortInUse", option: "port", port })
  expect(existsSync(join(data, "sandbox.json"))).toBe(false)
  const server = await Server.start(options())
  expect(server.started.apps).toEqual(["demo"])
  await expect(Server.start(options())).rejects.toMatchObject({ _tag: "DatabaseLocked" })
  expect(existsSync(join(data, "sandbox.json"))).toBe(true)
  await server.stop()
  expect(existsSync(join(data, "sandbox.json"))).toBe(false)
  other.close()
})

test("where the direct port is taken the others are closed again", async () => {
  const { port: httpPort, server: other } = await taken()
  const port = await freePort()
  const refused = { _tag: "PortInUse", option: "httpPort", port: httpPort }
  await expect(Server.start({ ...options(), port, httpPort })).rejects.toMatchObject(refused)
  const server = await Server.start({ ...options(), port })
  expect(server.url).toBe(`http://localhost:${port}`)
  await server.stop()
  other.close()
})

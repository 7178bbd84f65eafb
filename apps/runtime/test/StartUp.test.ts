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

test("where the port is taken nothing stays behind: the same data directory opens on another one", async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve))
  const { port } = other.address() as AddressInfo
  await expect(Server.start({ ...options(), port })).rejects.toMatchObject({ code: "EADDRINUSE" })
  expect(existsSync(join(data, "sandbox.json"))).toBe(false)
  const server = await Server.start(options())
  expect(server.started.apps).toEqual(["demo"])
  await expect(Server.start(options())).rejects.toMatchObject({ _tag: "DatabaseLocked" })
  expect(existsSync(join(data, "sandbox.json"))).toBe(true)
  await server.stop()
  expect(existsSync(join(data, "sandbox.json"))).toBe(false)
  other.close()
})

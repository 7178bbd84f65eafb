import * as Api from "@ebb/protocol/rest/Api"
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { Restarted, spec } from "./Restarted.ts"

let ebb: Restarted
beforeEach(() => {
  ebb = new Restarted()
})
afterEach(() => ebb.remove())

const at = (name: string): string => join(ebb.data, name)
const modeOf = (name: string): number => statSync(at(name)).mode & 0o777
const teams = () => ebb.ask(Api.listTeams, { params: {} })

describe.each(["missing", "empty", "cut off"])("a file that is %s", (how) => {
  const damage = (name: string): void => {
    if (how === "missing") rmSync(at(name))
    else if (how === "empty") writeFileSync(at(name), "")
    else truncateSync(at(name), Math.floor(statSync(at(name)).size / 3))
  }

  test("and can be made again is: the user's key, a login, the key of webhooks", async () => {
    await ebb.up(spec("1s"))
    await ebb.end()
    const login = readFileSync(at("login/auth0_token"), "utf8")
    damage("admin.key")
    damage("webhook.key")
    if (how !== "cut off") damage("login/auth0_token")
    await ebb.up()
    expect((await teams()).teams).toHaveLength(1)
    expect((await ebb.ask(Api.listApps, { params: {}, query: {} })).apps).toHaveLength(1)
    expect(readFileSync(at("login/auth0_token"), "utf8") === login).toBe(how === "cut off")
    expect(readFileSync(at("webhook.key"), "utf8")).toContain("END PRIVATE KEY")
  })

  test("and holds what secrets are encrypted with is asked for, unless there are none", async () => {
    await ebb.up(spec("1s"))
    await ebb.end()
    damage("secret.key")
    await ebb.up()
    await ebb.ask(Api.setSecret, { params: { name: "A" }, query: {}, body: { value: "1" } })
    await ebb.end()
    const key = readFileSync(at("secret.key"))
    damage("secret.key")
    const words = `${at("secret.key")} is missing or damaged, and 1 secrets are encrypted with it. Bring it back.`
    await expect(ebb.up()).rejects.toThrow(words)
    writeFileSync(at("secret.key"), key)
    await ebb.up()
    expect((await ebb.ask(Api.listSecrets, { params: {}, query: {} })).secrets).toHaveLength(1)
  })
})

test.each([
  ["is empty", (file: string) => truncateSync(file, 0)],
  ["is damaged, or no database of ebb", (file: string) => writeFileSync(file, "x".repeat(10_000))]
])("a database that %s does not pass for a new one", async (problem, damage) => {
  await ebb.up(spec("1s"))
  await ebb.end()
  damage(at("ebb.sqlite"))
  await expect(ebb.up()).rejects.toThrow(`${at("ebb.sqlite")} ${problem}`)
  await expect(ebb.up()).rejects.toThrow("move it and its -wal file away to start anew")
})

test("what is known of a file is damaged: the file stays, and the others are served", async () => {
  await ebb.up(spec("1s"))
  await ebb.end()
  mkdirSync(at("files/odd"), { recursive: true })
  writeFileSync(at("files/odd/file.json"), "{")
  writeFileSync(at("files/odd/content"), "kept")
  await ebb.up()
  expect((await fetch(`${ebb.running.url}/v3.fal.media/files/odd/a`)).status).toBe(404)
  expect(readFileSync(at("files/odd/content"), "utf8")).toBe("kept")
})

test("everything in the data directory is for its owner alone, also where the folder was there before", async () => {
  chmodSync(ebb.data, 0o755)
  writeFileSync(at("ebb.sqlite"), "", { mode: 0o644 })
  await ebb.up(spec("1s"))
  expect([modeOf("."), modeOf("keys"), modeOf("journal"), modeOf("files")]).toEqual([0o700, 0o700, 0o700, 0o700])
  for (const name of ["ebb.sqlite", "ebb.sqlite-wal", "admin.key", "secret.key", "webhook.key"]) {
    if (existsSync(at(name))) expect([name, modeOf(name)]).toEqual([name, 0o600])
  }
})

test.each([2, 5, 9, 14])(
  "a database with a page of nonsense, its %dth, opens or is named in one sentence",
  async (page) => {
    await ebb.up(spec("1ms"))
    await ebb.settled(await ebb.submit("llm"))
    await ebb.end()
    const pageBytes = 4096
    const bytes = readFileSync(at("ebb.sqlite"))
    expect(bytes.length).toBeGreaterThan(page * pageBytes)
    writeFileSync(at("ebb.sqlite"), bytes.fill(0xa5, (page - 1) * pageBytes, page * pageBytes))
    const failure = await ebb.up().then(
      () => null,
      (error: Error) => error.message
    )
    if (failure !== null)
      expect(failure).toContain("ebb.sqlite is damaged, or no database of ebb. Bring back a copy of it")
  }
)

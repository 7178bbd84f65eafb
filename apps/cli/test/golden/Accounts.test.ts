import { afterEach, assert, describe, it } from "@effect/vitest"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as FakeSandbox from "../FakeSandbox.ts"
import { ebb } from "../RunEbb.ts"

const folders: Array<string> = []

const dataFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "ebb-accounts-"))
  folders.push(folder)
  return folder
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

const created_at = "2026-01-01T00:00:00.000Z"
const ok = { ok: true } as const
const done = { code: 0, out: "", err: "" }

describe("ebb keys", () => {
  const key = { key_id: "key-id-1", key_secret: "key-secret-1", scope: "API", description: "hi" } as const
  it("12: create shows the secret once", async () => {
    const { calls, host } = FakeSandbox.start({ createKey: () => key })
    assert.deepStrictEqual(await ebb({ host }, "keys create --scope API --desc hi"), {
      code: 0,
      out: [
        "Generated key id and key secret, with the scope `API`.",
        "This is the only time the secret will be visible.",
        "You will need to generate a new key pair if you lose access to this secret.",
        "FAL_KEY='key-id-1:key-secret-1'\n"
      ].join("\n"),
      err: ""
    })
    assert.deepStrictEqual(calls[0]?.body, { scope: "API", description: "hi" })
    assert.deepStrictEqual(JSON.parse((await ebb({ host }, "key create --scope API --json")).out), key)
  })
  it("create needs a scope that exists", async () => {
    const error = async (line: string) => (await ebb({ host: "127.0.0.1:1" }, line)).err.trimEnd().split("\n").at(-1)
    assert.strictEqual(
      await error("keys create"),
      "ebb keys create: error: the following arguments are required: --scope"
    )
    assert.strictEqual(
      await error("keys create --scope ALL"),
      "ebb keys create: error: argument --scope: invalid choice: 'ALL' (choose from 'ADMIN', 'API')"
    )
  })
  it("list and revoke", async () => {
    const listed = { key_id: "k1", created_at, scope: "ADMIN", description: "first" } as const
    const { calls, host } = FakeSandbox.start({ listKeys: () => ({ keys: [listed] }), revokeKey: () => ok })
    assert.strictEqual(
      (await ebb({ host }, "keys list")).out,
      [
        "┏━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━┳━━━━━━━━━━━━━┓",
        "┃ Key ID ┃ Created At                ┃ Scope ┃ Description ┃",
        "┡━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━╇━━━━━━━━━━━━━┩",
        "│ k1     │ 2026-01-01 00:00:00+00:00 │ ADMIN │ first       │",
        "└────────┴───────────────────────────┴───────┴─────────────┘\n"
      ].join("\n")
    )
    assert.deepStrictEqual(await ebb({ host }, "keys revoke k1"), done)
    assert.deepStrictEqual(calls.at(-1)?.params, { key: "k1" })
  })
})

describe("ebb secrets", () => {
  const secret = (name: string, environment: string, default_exposed: boolean | null) => ({
    name,
    environment,
    created_at,
    default_exposed
  })
  it("13: set, then list", async () => {
    const { calls, host } = FakeSandbox.start({
      setSecret: () => ok,
      listSecrets: () => ({ secrets: [secret("A", "", true), secret("B", "", true)] })
    })
    assert.deepStrictEqual(await ebb({ host }, "secrets set A=1 B=x=y"), done)
    assert.deepStrictEqual(await ebb({ host }, "secrets set --no Q=1"), done)
    assert.deepStrictEqual(
      calls.map(({ body, params }) => [params["name"], body]),
      [
        ["A", { value: "1", defaultExposed: true }],
        ["B", { value: "x=y", defaultExposed: true }],
        ["Q", { value: "1", defaultExposed: false }]
      ]
    )
    assert.strictEqual(
      (await ebb({ host }, "secrets list")).out,
      [
        "┏━━━━━━┳━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━┓",
        "┃ Name ┃ Env  ┃ Created At                ┃ Exposed By Default ┃",
        "┡━━━━━━╇━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━┩",
        "│ A    │ main │ 2026-01-01 00:00:00+00:00 │ yes                │",
        "│ B    │ main │ 2026-01-01 00:00:00+00:00 │ yes                │",
        "└──────┴──────┴───────────────────────────┴────────────────────┘\n"
      ].join("\n")
    )
  })
  it("14: list as JSON, byte for byte", async () => {
    const secrets = [secret("A", "", true), secret("C", "staging", false)]
    assert.strictEqual(
      (await ebb(FakeSandbox.start({ listSecrets: () => ({ secrets }) }), "secrets list --json")).out,
      '{"secrets": [{"name": "A", "environment": "", "created_at": "2026-01-01 00:00:00+00:00", ' +
        '"default_exposed": true}, {"name": "C", "environment": "staging", "created_at": ' +
        '"2026-01-01 00:00:00+00:00", "default_exposed": false}]}\n'
    )
  })
  it("15: set refuses a word without a value", async () => {
    assert.deepStrictEqual(await ebb({ host: "127.0.0.1:1" }, "secrets set FOO"), {
      code: 2,
      out: "",
      err:
        "Help: ebb secrets set --help\n" +
        `ebb secrets set: error: argument NAME=VALUE: Could not parse argument "['FOO']" as k1=v1 k2=v2 ... format\n`
    })
  })
  it("set takes the older form, hides, and names its environment", async () => {
    const { calls, host } = FakeSandbox.start({ setSecret: () => ok, unsetSecret: () => ok })
    assert.deepStrictEqual(await ebb({ host }, "secret set A new_value --not-exposed-by-default --env staging"), done)
    assert.deepStrictEqual(calls[0], {
      name: "setSecret",
      params: { name: "A" },
      query: { env: "staging" },
      body: { value: "new_value", defaultExposed: false }
    })
    assert.strictEqual((await ebb({ host }, "secrets unset A --json")).out, '{"ok": true}\n')
  })
  it("list says who decides where nobody did", async () => {
    const { host } = FakeSandbox.start({ listSecrets: () => ({ secrets: [secret("A", "", null)] }) })
    assert.include((await ebb({ host }, "secrets list")).out, "│ account default    │")
  })
})

describe("ebb environments", () => {
  const staging = { name: "staging", description: "", is_default: false, created_at }
  it("25: create, again, delete", async () => {
    let exists = false
    const { host } = FakeSandbox.start({
      createEnvironment: () => {
        if (exists) return new FakeSandbox.Refusal(409, "Environment 'staging' already exists")
        exists = true
        return { environment: staging }
      },
      deleteEnvironment: () => ok
    })
    assert.deepStrictEqual(await ebb({ host }, "environments create staging"), {
      ...done,
      out: "Created environment 'staging'\n"
    })
    assert.deepStrictEqual(await ebb({ host }, "envs create staging"), {
      code: 1,
      out: "",
      err: "✘ Environment 'staging' already exists\n"
    })
    assert.deepStrictEqual(await ebb({ host }, "environments delete staging --yes"), {
      ...done,
      out: "Deleted environment 'staging'\n"
    })
  })
  it("delete asks for the name", async () => {
    const answer = async (answers: ReadonlyArray<string>) => {
      const { calls, host } = FakeSandbox.start({ deleteEnvironment: () => ok })
      const ran = await ebb({ host }, "environments delete staging", { answers })
      return { ...ran, calls: calls.length }
    }
    const asked = "Type the environment name 'staging' to confirm deletion: "
    const yes = await answer(["staging"])
    assert.deepStrictEqual([yes.code, yes.out, yes.calls], [0, "Deleted environment 'staging'\n", 1])
    assert.include(yes.err, asked)
    const no = await answer(["prod"])
    assert.deepStrictEqual([no.code, no.calls], [0, 0])
    assert.include(no.out + no.err, "Deletion cancelled. Environment name did not match.\n")
    const nobody = await answer([])
    assert.deepStrictEqual([nobody.code, nobody.calls], [1, 0])
    assert.include(nobody.err, "✘ EOF when reading a line\n")
  })
  it("list", async () => {
    const main = { name: "main", description: "the first", is_default: true, created_at }
    const { host } = FakeSandbox.start({ listEnvironments: () => ({ environments: [main, staging] }) })
    const { out } = await ebb({ host }, "environments list")
    assert.include(out, "┃ Name    ┃ Description ┃ Default ┃ Created At                ┃")
    assert.include(out, "│ main    │ the first   │ Yes     │ 2026-01-01 00:00:00+00:00 │")
    assert.include(out, "│ staging │             │         │ 2026-01-01 00:00:00+00:00 │")
    assert.deepStrictEqual(JSON.parse((await ebb({ host }, "envs list --json")).out).environments[1], {
      ...staging,
      created_at: "2026-01-01 00:00:00+00:00"
    })
  })
})

describe("ebb teams", () => {
  const teams = [
    { nickname: "local", full_name: "Local User", user_id: "local|u-1", is_personal: true, is_org: false },
    { nickname: "acme", full_name: "Acme", user_id: "team|t-1", is_personal: false, is_org: false }
  ]
  it("26: list", async () => {
    const { host } = FakeSandbox.start({ listTeams: () => ({ teams }) })
    const env = { EBB_DATA: dataFolder() }
    assert.strictEqual(
      (await ebb({ host }, "account list", { env })).out,
      [
        "┌─────┬────────────┬──────────┐",
        "│ * 1 │ Local User │ Personal │",
        "│     │ local      │          │",
        "│   2 │ Acme       │ Team     │",
        "│     │ acme       │          │",
        "└─────┴────────────┴──────────┘\n"
      ].join("\n")
    )
    assert.deepStrictEqual(JSON.parse((await ebb({ host }, "teams list --json", { env })).out).teams[1], {
      nickname: "acme",
      full_name: "Acme",
      type: "team",
      is_selected: false
    })
  })
  it("set by name or number, and unset", async () => {
    const { host } = FakeSandbox.start({ listTeams: () => ({ teams }) })
    const data = dataFolder()
    const env = { EBB_DATA: data }
    const chosen = () => JSON.parse(readFileSync(join(data, "config.json"), "utf8")).team
    const acme = "Using team account Acme (acme). You can change this later with ebb account set\n"
    for (const name of ["acme", "ACME", "2"]) {
      assert.deepStrictEqual(await ebb({ host }, `teams set ${name}`, { env }), { ...done, out: acme }, name)
      assert.strictEqual(chosen(), "acme")
    }
    assert.include((await ebb({ host }, "team list", { env })).out, "│ * 2 │ Acme ")
    assert.deepStrictEqual(await ebb({ host }, "accounts unset", { env }), {
      ...done,
      out: "Using personal account Local User (local). You can change this with ebb account set\n"
    })
    assert.isUndefined(chosen())
    assert.deepStrictEqual(await ebb({ host }, "account set zzz", { env }), {
      code: 1,
      out: "",
      err: "✘ Team zzz not found\n"
    })
  })
  it("create prints a key of the team", async () => {
    const key = { key_id: "k", key_secret: "s", scope: "ADMIN", description: "" } as const
    const { host } = FakeSandbox.start({ createTeam: () => ({ team: teams[1]!, key }) })
    const { out } = await ebb({ host }, "teams create acme")
    assert.isTrue(out.startsWith("Generated key id and key secret, with the scope `ADMIN`.\n"))
    assert.isTrue(out.endsWith("FAL_KEY='k:s'\n"))
  })
})

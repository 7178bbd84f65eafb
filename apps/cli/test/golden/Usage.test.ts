import { assert, describe, it } from "@effect/vitest"
import { run, wordsOf } from "../RunEbb.ts"

const out = "[--output {pretty,json}] [--json]"
const team = "[--team TEAM]"
const env = "[--env ENV]"
const numbers = [
  "KEEP_ALIVE",
  "MAX_MULTIPLEXING",
  "MAX_CONCURRENCY",
  "MIN_CONCURRENCY",
  "CONCURRENCY_BUFFER",
  "CONCURRENCY_BUFFER_PERC",
  "SCALING_DELAY",
  "REQUEST_TIMEOUT",
  "STARTUP_TIMEOUT"
].map((name) => `[--${name.toLowerCase().replaceAll("_", "-")} ${name}]`)

const regions = "{eu-north,eu-west,us-central,us-east,us-west}"
const states = "{all,idle,running,pending,setup,crash_backoff,terminated,docker_pull,draining,terminating}"
const listed = (name: string) => `${name} [${name} ...]`

/** A command, its usage in the public command line after the debug flags, and what is added to it here. */
const commands: ReadonlyArray<readonly [command: string, usage: string, added: string, positionals: string]> = [
  ["apps list", `${team} ${out} [--sort-by-runners] [--filter FILTER] ${env} [--regions ${listed(regions)}]`, "", ""],
  ["apps list-rev", `${team} ${env}`, out, "[app_name]"],
  [
    "apps set-rev",
    `${team} [--auth {public,private,shared}] [--strategy {recreate,rolling}] ${env}`,
    out,
    "app_name app_rev"
  ],
  [
    "apps scale",
    `${team} ${numbers.join(" ")} [--machine-types MACHINE_TYPES [MACHINE_TYPES ...]] [--regions REGIONS [REGIONS ...]] ${env}`,
    out,
    "app_name"
  ],
  [
    "apps rollout",
    `${team} [--force] ${env}`,
    `[--order {stop_first,replace_first}] [--wait] [--watch] [--dry-run] [--traffic SPEC] ${out}`,
    "app_name"
  ],
  ["apps runners", `${team} ${out} [--since SINCE] [--state ${listed(states)}] ${env}`, "[--watch]", "app_name"],
  ["apps gpus", `${team} ${out}`, "", "app_name"],
  ["apps delete", `${team} ${env}`, out, "app_name"],
  ["apps delete-rev", team, out, "app_rev"],
  ["runners list", `${out} ${team} [--since SINCE] [--state ${listed(states)}]`, "", ""],
  ["runners stop", `${team} [-r]`, out, "id"],
  ["runners kill", team, out, "id"],
  ["runners gpus", `${out} ${team}`, "", ""],
  [
    "runners logs",
    `${out} ${team} [--search SEARCH] [--since SINCE] [--until UNTIL] [--follow] [--lines LINES]`,
    "",
    "id"
  ],
  ["secrets set", `${team} [--not-exposed-by-default] ${env}`, out, "NAME=VALUE [NAME=VALUE ...]"],
  ["secrets list", `${out} ${team} ${env}`, "", ""],
  ["secrets unset", `${team} ${env}`, out, "NAME"],
  ["queue size", `${out} ${team} [--by-user]`, "", "app_name"],
  ["queue flush", `${team} [--caller-user-id CALLER_USER_ID]`, out, "app_name"],
  ["keys create", `${team} --scope {ADMIN,API} [--desc DESC]`, out, ""],
  ["keys list", `${out} ${team}`, "", ""],
  ["keys revoke", team, out, "key_id"],
  ["account list", out, "", ""],
  ["account set", "", out, "account"],
  ["account unset", "", out, ""],
  ["environments list", `${out} ${team}`, "", ""],
  ["environments create", `${team} [--description DESCRIPTION]`, out, "name"],
  ["environments delete", `${team} [--yes]`, out, "name"]
]

describe("the usage line of", () => {
  it.each(commands)("%s is the public one and what is added here", async (command, usage, added, positionals) => {
    const ran = await run([...wordsOf(command), "--help"], { env: { COLUMNS: "1000" } })
    const parts = [`Usage: ebb ${command} [-h] [--debug] [--pdb] [--cprofile]`, usage, added, positionals]
    assert.strictEqual(ran.out.split("\n")[0], parts.filter((part) => part !== "").join(" "))
    assert.deepStrictEqual([ran.code, ran.err], [0, ""])
  })
})

describe("aliases", () => {
  it.each([
    ["app", "apps"],
    ["machine", "runners"],
    ["secret", "secrets"],
    ["key", "keys"],
    ["envs", "environments"],
    ["team", "account"],
    ["teams", "account"],
    ["accounts", "account"]
  ])("%s is %s", async (alias, name) => {
    assert.match((await run([alias, "--help"])).out, new RegExp(`^Usage: ebb ${name} `))
  })
})

describe("help says what --env is without it", () => {
  it.each([
    ["apps list", "the environment (default: all of them)"],
    ["apps list-rev", "the environment (default: all of them)"],
    ["secrets list", "the environment (default: all of them)"],
    ["secrets set", "the environment (default: main)"],
    ["apps rollout", "the environment (default: main)"],
    ["deploy", "the environment (default: app.env of the spec, main without)"]
  ])("%s", async (command, said) => {
    const { out } = await run([...command.split(" "), "--help"])
    assert.include(out.replace(/\s+/g, " "), `--env ENV ${said}`)
  })
})

describe("commands of the public command line that have no place here", () => {
  it.each([
    "api local/demo prompt=hi",
    "auth login",
    "profile list",
    "profiles set x",
    "files list",
    "file mv a b",
    "doctor",
    "create app x"
  ])("%s is named in one line, exit 2", async (line) => {
    const { code, err, out } = await run(wordsOf(line))
    assert.deepStrictEqual([code, out], [2, ""])
    assert.match(err, new RegExp(`^✘ '${wordsOf(line)[0]}' is not part of a local sandbox\\. .+\\n$`))
  })
})

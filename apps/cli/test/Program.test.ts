import { assert, describe, expect, it } from "@effect/vitest"
import * as Program from "@ebb/cli/kit/Program"
import * as FakeIo from "./FakeIo.ts"
import { program } from "./FakeProgram.ts"

const wide = { env: { COLUMNS: "220" } }

const run = async (line: string | ReadonlyArray<string>, surroundings: FakeIo.Surroundings = wide) => {
  const fake = FakeIo.make(surroundings)
  const words = typeof line === "string" ? line.split(" ").filter((word) => word !== "") : line
  const code = await Program.run(program, words, fake.io)
  return { code, out: fake.out(), err: fake.err() }
}

const lastLine = async (line: string | ReadonlyArray<string>) => {
  const { code, err, out } = await run(line)
  assert.strictEqual(code, 2)
  assert.strictEqual(out, "")
  return err.trimEnd().split("\n").at(-1)
}

const given = async (line: string | ReadonlyArray<string>): Promise<unknown> => {
  const { code, err, out } = await run(line)
  assert.strictEqual(err, "")
  assert.strictEqual(code, 0)
  return JSON.parse(out)
}

describe("usage errors", () => {
  it("are two lines: where to read on, and what is wrong", async () => {
    assert.deepStrictEqual(await run("apps rollout"), {
      code: 2,
      out: "",
      err: "Help: ebb apps rollout --help\nebb apps rollout: error: the following arguments are required: app_name\n"
    })
  })
  it.each([
    ["apps rolout demo", "ebb apps: error: there is no command 'rolout' (did you mean ebb apps rollout?)"],
    ["aps list", "ebb: error: there is no command 'aps' (did you mean ebb apps?)"],
    ["rollout demo", "ebb: error: there is no command 'rollout' (did you mean ebb apps rollout?)"],
    ["apps rollout demo --forse", "ebb apps rollout: error: unrecognized arguments: --forse (did you mean --force?)"],
    [
      "apps rollout demo --order stop-first",
      "ebb apps rollout: error: argument --order: invalid choice: 'stop-first' (choose from 'stop_first', " +
        "'replace_first') (did you mean stop_first?)"
    ]
  ])("say what was probably meant: %s", async (line, expected) => {
    assert.strictEqual(await lastLine(line), expected)
  })
  it.each([
    ["apps", "ebb apps: error: the following arguments are required: command"],
    ["app", "ebb apps: error: the following arguments are required: command"],
    ["bogus", "ebb: error: there is no command 'bogus'"],
    ["constructor", "ebb: error: there is no command 'constructor'"],
    ["apps li", "ebb apps: error: there is no command 'li'"],
    ["apps rollout demo -f", "ebb apps rollout: error: unrecognized arguments: -f"],
    ["apps rollout demo other --bogus", "ebb apps rollout: error: unrecognized arguments: other --bogus"],
    ["--bogus apps rollout demo --more", "ebb apps rollout: error: unrecognized arguments: --bogus --more"],
    ["apps --json list --bogus", "ebb apps list: error: unrecognized arguments: --bogus"],
    ["apps scale demo -- --keep-alive", "ebb apps scale: error: unrecognized arguments: --keep-alive"],
    ["--json apps list", "ebb apps list: error: --json comes after the command: ebb apps list --json"],
    [
      "--team=x apps rollout demo",
      "ebb apps rollout: error: --team comes after the command: ebb apps rollout --team=x"
    ],
    ["--team x --json apps rollout", "ebb: error: --team comes after the command: ebb apps rollout --team x"],
    ["apps --team x", "ebb apps: error: --team comes after the command: ebb apps COMMAND --team x"],
    ["--bogus x apps list", "ebb: error: unrecognized arguments: --bogus"],
    ["--json bogus", "ebb: error: there is no command 'bogus'"],
    [
      "apps list --output yaml",
      "ebb apps list: error: argument --output: invalid choice: 'yaml' (choose from 'pretty', 'json')"
    ],
    ["apps scale demo --keep-alive x", "ebb apps scale: error: argument --keep-alive: invalid int value: 'x'"],
    ["apps scale demo --keep-alive -1x", "ebb apps scale: error: argument --keep-alive: invalid int value: '-1x'"],
    [
      "apps scale demo --keep-alive 99999999999999999999",
      "ebb apps scale: error: argument --keep-alive: must be between -9007199254740991 and 9007199254740991, got '99999999999999999999'"
    ],
    ["apps scale demo --keep-alive", "ebb apps scale: error: argument --keep-alive: expected one argument"],
    ["apps runners demo --s 1", "ebb apps runners: error: ambiguous option: --s could match --since, --state"],
    [
      "apps runners --state running demo",
      "ebb apps runners: error: argument --state: invalid choice: 'demo' (choose from 'idle', 'running')"
    ],
    [
      "apps rollout demo --force --order stop_first",
      "ebb apps rollout: error: argument --order: not allowed with argument --force"
    ],
    ["deploy --attach --detach", "ebb deploy: error: argument --detach: not allowed with argument --attach"],
    ["apps list --json=x", "ebb apps list: error: argument --json: ignored explicit argument 'x'"]
  ])("%s", async (line, expected) => {
    assert.strictEqual(await lastLine(line), expected)
  })
})

describe("grammar", () => {
  it("mixes options and positionals after the last subcommand", async () => {
    const expected = { force: true, app_name: "demo" }
    assert.deepStrictEqual(await given("apps rollout --force demo"), expected)
    assert.deepStrictEqual(await given("apps rollout demo --force"), expected)
    assert.deepStrictEqual(await given("app rollout demo --forc"), expected)
  })
  it("takes values after a blank or an equals sign, negative ones too", async () => {
    assert.deepStrictEqual(await given("apps scale demo --keep-alive -1"), { keepAlive: -1, app_name: "demo" })
    assert.deepStrictEqual(await given("apps rollout --team=a=b demo"), { team: "a=b", app_name: "demo" })
    assert.deepStrictEqual(await given(["apps", "rollout", "--env", "", ""]), { env: "", app_name: "" })
  })
  it("ends options at --", async () => {
    assert.deepStrictEqual(await given("apps rollout -- --force"), { app_name: "--force" })
    assert.deepStrictEqual(await given("apps runners --state idle running -- demo"), {
      state: ["idle", "running"],
      app_name: "demo"
    })
  })
  it("lets the last of --output and --json win", async () => {
    assert.deepStrictEqual(await given("apps list --json --output pretty"), { json: false })
    assert.deepStrictEqual(await given("apps list --output pretty --json"), { json: true })
  })
  it("adds up what may repeat and leaves out what is absent", async () => {
    assert.deepStrictEqual(await given("deploy --annotation a=1 --annotation b=2"), { annotation: ["a=1", "b=2"] })
    assert.deepStrictEqual(await given("deploy"), {})
  })
})

describe("nothing asked for", () => {
  it("prints what to begin with", async () => {
    assert.deepStrictEqual(await run(""), { code: 0, out: "Welcome.\n", err: "" })
  })
})

describe("help", () => {
  it("of the program", async () => {
    const { code, err, out } = await run("--help", { terminal: true, columns: 80 })
    assert.deepStrictEqual([code, err], [0, ""])
    expect(out).toMatchInlineSnapshot(`
      "Usage: ebb [-h] [--version] [--debug] [--pdb] [--cprofile] [--no-color]
                 command ...

      A program to test the grammar with.

      Options:
        -h, --help  show this help and exit
        --version   show the version and exit

      Output:
        --no-color  no colours and no other escape sequences

      Commands:
        apps, app   apps it
        deploy      deploy it
        fail        fail it
        wait        wait it
        endless     endless it

      Debug:
        --debug     show the whole error: tag, fields, causes, stack
        --pdb       look into the failure at a prompt
        --cprofile  show where the time went
      "
    `)
  })
  it("of a group", async () => {
    expect((await run("apps -h bogus")).out).toMatchInlineSnapshot(`
      "Usage: ebb apps [-h] [--debug] [--pdb] [--cprofile] command ...

      Manage apps.

      Options:
        -h, --help  show this help and exit

      Commands:
        list        list it
        scale       scale it
        rollout     rollout it
        runners     runners it

      Debug:
        --debug     show the whole error: tag, fields, causes, stack
        --pdb       look into the failure at a prompt
        --cprofile  show where the time went
      "
    `)
  })
  it("of a command, before anything else is looked at", async () => {
    const { code, out } = await run("apps rollout --help --bogus", { terminal: true, columns: 80 })
    assert.strictEqual(code, 0)
    expect(out).toMatchInlineSnapshot(`
      "Usage: ebb apps rollout [-h] [--debug] [--pdb] [--cprofile] [--team TEAM]
                              [--force] [--env ENV]
                              [--order {stop_first,replace_first}] [--wait]
                              [--watch] [--output {pretty,json}] [--json]
                              app_name

      Restart every runner of an app.

      Positional Arguments:
        app_name                    name of the app

      Options:
        -h, --help                  show this help and exit
        --team TEAM                 act for that team
        --force                     kill the runners at once
        --env ENV                   target environment
        --order {stop_first,replace_first}
                                    stop the old runner first, or start its
                                    replacement first
        --wait                      return when the rollout is finished
        --watch                     the same with a live view

      Output:
        --output {pretty,json}      how to print the result
        --json                      same as --output json

      Debug:
        --debug                     show the whole error: tag, fields, causes, stack
        --pdb                       look into the failure at a prompt
        --cprofile                  show where the time went
      "
    `)
  })
  it("shows exclusive options side by side in one pair of brackets", async () => {
    expect((await run("deploy -h")).out.split("\n")[0]).toMatchInlineSnapshot(
      `"Usage: ebb deploy [-h] [--debug] [--pdb] [--cprofile] [--attach | --detach] [--annotation KEY=VALUE] [app_ref]"`
    )
  })
  it("prints the version alone", async () => {
    assert.deepStrictEqual(await run("--version"), { code: 0, out: "1.2.3\n", err: "" })
    assert.strictEqual(
      await lastLine("apps --version"),
      "ebb apps: error: the following arguments are required: command"
    )
  })
})

describe("commands that are elsewhere", () => {
  it("are named in one line, exit 2", async () => {
    const expected = { code: 2, out: "", err: "✘ 'auth' is not part of a local sandbox. Keys come from ebb up.\n" }
    assert.deepStrictEqual(await run("auth login --whatever"), expected)
  })
})

describe("failures", () => {
  it("go to stderr behind a cross, further lines indented", async () => {
    assert.deepStrictEqual(await run("fail input"), { code: 2, out: "", err: "✘ ebb.yaml is wrong\n  line two\n" })
    assert.deepStrictEqual(await run("fail"), { code: 1, out: "", err: "✘ It failed\n" })
    assert.deepStrictEqual(await run("fail defect"), { code: 1, out: "", err: "✘ Unexpected error: the root of it\n" })
  })
  it("are plain ASCII where the locale is", async () => {
    assert.strictEqual((await run("fail", { env: { LANG: "C" } })).err, "x It failed\n")
  })
  it.each([
    ["a terminal", {}, true],
    ["NO_COLOR", { NO_COLOR: "1" }, false],
    ["an empty NO_COLOR", { NO_COLOR: "" }, true],
    ["TERM=dumb", { TERM: "dumb", FORCE_COLOR: "1" }, false]
  ])("colour the cross with %s", async (_, env, coloured) => {
    assert.strictEqual((await run("fail", { env, terminal: true })).err.includes("\u001b["), coloured)
  })
  it("take no colour with --no-color, wherever it stands", async () => {
    for (const line of ["--no-color fail", "fail --no-color"]) {
      assert.strictEqual((await run(line, { terminal: true })).err, "✘ It failed\n")
    }
    assert.isTrue((await run("fail", { env: { FORCE_COLOR: "1" } })).err.includes("\u001b["))
  })
  it("wrap on a terminal only", async () => {
    const narrow = { columns: 20, env: { NO_COLOR: "1" } }
    assert.strictEqual(
      (await run("fail input", { ...narrow, terminal: true, columns: 12 })).err,
      "✘ ebb.yaml\n  is wrong\n  line two\n"
    )
    assert.strictEqual((await run("fail input", narrow)).err, "✘ ebb.yaml is wrong\n  line two\n")
  })
  it.each(["--debug fail", "fail --debug"])("show the whole chain with %s", async (line) => {
    const { code, err } = await run(line)
    assert.strictEqual(code, 1)
    assert.match(
      err,
      /^✘ It failed\nCommandFailed: It failed\n( {4}at .*\n)+Caused by RangeError: the root of it\n {4}at /
    )
  })
  it.each(["--pdb fail", "fail --pdb"])("open a prompt with %s", async (line) => {
    const { code, err } = await run(line, { answers: ["p", "req", "nonsense", "q", "p"] })
    assert.strictEqual(code, 1)
    assert.strictEqual(err.split("(ebb) ").length, 5)
    assert.match(err, /^✘ It failed\n\(ebb\) \[\n {2}\{\n {4}"tag": "CommandFailed"/)
    assert.include(err, "(ebb) No request was sent.\n(ebb) bt: stack")
  })
  it("show control characters instead of sending them", async () => {
    const { err } = await run(["fail", "say", "a\u001b[31mb"], wide)
    assert.strictEqual(err, "✘ a\\x1b[31mb\n")
  })
  it("say what the prompt would without a terminal", async () => {
    const { code, err } = await run("apps --pdb list")
    assert.deepStrictEqual([code, err], [0, ""])
    assert.match(
      (await run("--pdb fail")).err,
      /^✘ It failed\nCommandFailed\n {4}at [^]*"message": "the root of it"\n {2}\}\n\]\n$/
    )
  })
})

describe("Ctrl-C", () => {
  it("ends a long command with 130", async () => {
    const controller = new AbortController()
    const running = run("wait", { interrupted: controller.signal })
    controller.abort()
    assert.deepStrictEqual(await running, { code: 130, out: "", err: "✘ Aborted.\n" })
  })
})

describe("a reader of standard output that went away", () => {
  it.each([
    ["endless", 0],
    ["endless --finite", 5]
  ])("%s exits with %d", async (line, expected) => {
    const controller = new AbortController()
    const running = run(line, { unread: controller.signal })
    controller.abort()
    assert.deepStrictEqual(await running, { code: expected, out: "", err: "" })
  })
})

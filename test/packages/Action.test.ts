import { spawn } from "node:child_process"
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Schema } from "effect"
import { afterAll, afterEach, assert, beforeAll, beforeEach, describe, it } from "vitest"
import * as GitHub from "./GitHub.ts"
import { emptyFolder, plainEnv, printed, root } from "./Packed.ts"

const spec = (grace: string) => `app: { name: films, machine_type: GPU-H100, termination_grace_period: ${grace} }
scaling: { min_concurrency: 12, max_concurrency: 20 }
traffic:
  - { kind: { mixed: { queued: 0.5 } }, arrivals: { poisson: 20/m }, service: { exponential: { mean: 20s } } }
rollouts: [ { at: 4m } ]
run: { for: 10m, warmup: 2m, window: 3m, seeds: 8, modes: [none, graceful] }
`

interface Ran {
  readonly code: number | null
  readonly said: string
  readonly summary: string
  readonly outputs: Readonly<Record<string, string>>
}

let github: GitHub.GitHub
let folder: ReturnType<typeof emptyFolder>
/** The checkout of the pull request: main has a long grace period, the pull request a short one. */
let checkout = ""

const git = (...args: ReadonlyArray<string>): string =>
  printed("git", ["-c", "user.name=ebb", "-c", "user.email=ebb@example.com", ...args], checkout)

/** Makes a clone of the pull request's branch the checkout. */
const cloned = (name: string, ...options: ReadonlyArray<string>): void => {
  checkout = join(folder.path, name)
  const origin = `file://${join(folder.path, "origin")}`
  printed("git", ["clone", "-q", ...options, "--branch=short", origin, checkout], folder.path)
}

beforeAll(async () => {
  github = await GitHub.start()
})
afterAll(() => github.close())

beforeEach(() => {
  folder = emptyFolder()
  const origin = join(folder.path, "origin")
  checkout = origin
  mkdirSync(origin)
  git("init", "-q", "-b", "main")
  writeFileSync(join(origin, "ebb.yaml"), spec("2m"))
  git("add", "-A")
  git("commit", "-qm", "main")
  git("checkout", "-q", "-b", "short")
  writeFileSync(join(origin, "ebb.yaml"), spec("5s"))
  git("commit", "-qam", "a shorter grace period")
  // As actions/checkout leaves it: one commit, and nothing of the base branch.
  cloned("checkout", "--depth=1")
})
afterEach(() => {
  folder.remove()
  github.comments.length = 0
  github.asked.length = 0
  github.refuse = null
})

const server = (name: string): string => join(root, "packages/drain-check/test/fixtures/servers", name)

const pullRequest = { number: 7, head: { repo: { full_name: "o/r" } } }

/** Runs a script of the action as a runner does, with what it gives. */
const act = async (script: string, event: object, inputs: Readonly<Record<string, string>> = {}): Promise<Ran> => {
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder.path, name), text)
    return join(folder.path, name)
  }
  const env = {
    ...plainEnv(),
    GITHUB_API_URL: github.url,
    GITHUB_REPOSITORY: "o/r",
    GITHUB_EVENT_PATH: file("event.json", JSON.stringify(event)),
    GITHUB_STEP_SUMMARY: file("summary.md", ""),
    GITHUB_OUTPUT: file("output", ""),
    RUNNER_TEMP: folder.path,
    EBB_SPEC: "ebb.yaml",
    EBB_WORKING_DIRECTORY: ".",
    EBB_BINARY: join(root, "dist/ebb"),
    EBB_COMMENT: "true",
    EBB_TOKEN: "a-token",
    ...inputs
  }
  const child = spawn("node", [join(root, "action", script)], { cwd: checkout, env })
  let said = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece: Buffer) => (said += piece.toString()))
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve))
  const outputs = readFileSync(env.GITHUB_OUTPUT, "utf8").matchAll(/^([\w-]+)=(.*)$/gm)
  return {
    code,
    said,
    summary: readFileSync(env.GITHUB_STEP_SUMMARY, "utf8"),
    outputs: Object.fromEntries(Array.from(outputs, ([, name, value]) => [name!, value!]))
  }
}

const onPullRequest = (inputs: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  act("main.mjs", { pull_request: pullRequest }, { GITHUB_BASE_REF: "main", ...inputs })

describe("the action, on a pull request", () => {
  it("holds the spec against that of the base, and keeps one comment, the summary and the report", async () => {
    const others = Array.from({ length: 120 }, (_, at) => ({ id: at + 1, body: "something else" }))
    github.comments.push(...others)
    const first = await onPullRequest({ EBB_ASSERT: "none.requests.errored == 0\n\n  none.requests.cancelled == 0\n" })
    assert.strictEqual(first.code, 0, first.said)
    assert.match(
      first.summary,
      /^### Rollout of ebb\.yaml: worse\n\nWorse than ebb\.yaml at origin\/main: with graceful, \S+ ± \S+ more errors/
    )
    const [comment] = github.comments.slice(others.length)
    assert.strictEqual(comment!.body, `<!-- ebb rehearsal of ebb.yaml -->\n${first.summary.replace(/\n$/, "")}`)
    assert.isTrue(existsSync(join(first.outputs["report"]!, "rehearsal.html")))

    writeFileSync(join(checkout, "ebb.yaml"), spec("2m"))
    const second = await onPullRequest()
    assert.strictEqual(second.code, 0, second.said)
    assert.lengthOf(github.comments, others.length + 1)
    assert.match(
      github.comments.at(-1)!.body,
      /No different from ebb\.yaml at origin\/main: every run comes out the same\./
    )
  })

  it("takes the newest base, and leaves the history of the checkout as it is", async () => {
    const main = join(folder.path, "origin")
    checkout = main
    git("tag", "-am", "the first", "v1", "main")
    for (const name of ["two", "three"]) git("commit", "-q", "--allow-empty", "-m", name)
    git("branch", "-qf", "main", "short~1")
    const clones = { whole: [], "of three": ["--depth=3"], "of one": ["--depth=1"] }
    for (const [name, options] of Object.entries(clones)) cloned(name, ...options)
    checkout = main
    git("checkout", "-q", "main")
    writeFileSync(join(main, "ebb.yaml"), spec("3m"))
    for (const isMoved of [false, true]) {
      checkout = main
      if (isMoved) git("commit", "-qam", "a longer grace period")
      for (const name of Object.keys(clones)) {
        checkout = join(folder.path, name)
        const before = git("log", "--format=%H")
        const { code, said } = await onPullRequest()
        assert.strictEqual(code, 0, said)
        assert.strictEqual(git("log", "--format=%H"), before, name)
        assert.strictEqual(git("show", "origin/main:ebb.yaml"), spec(isMoved ? "3m" : "5s"), name)
      }
    }
    checkout = join(folder.path, "whole")
    assert.match(git("describe"), /^v1-3-g/)
  })

  it("fails by a check that does not hold, and by a server that does not drain", async () => {
    const failed = await onPullRequest({ EBB_ASSERT: "graceful.inFlight.errored == 0" })
    assert.deepStrictEqual([failed.code, failed.outputs["exit-code"]], [1, "1"])
    assert.match(failed.summary, /^### Rollout of ebb\.yaml: worse, 1 check fails\n/)
    const checked = await onPullRequest({ EBB_CHECK: `node ${server("exits-with-one.mjs")}`, EBB_CHECK_GRACE: "2s" })
    assert.strictEqual(checked.code, 1, checked.said)
    assert.match(checked.summary, /\n### The server does not drain\n\n```\n/)
  })

  it("says of a server that was not checked, or of which nothing was proved, no more than that", async () => {
    for (const [inputs, why] of [
      [{ EBB_CHECK: "node server.js", EBB_CHECK_GRACE: "10" }, /argument --grace: must be a duration [^\n]+, got '10'/],
      [{ EBB_CHECK: "nosuch" }, /there is no command "nosuch"/],
      [{ EBB_CHECK: `node ${server("speaks-other.mjs")}` }, /HTTP\/1\.1[^\n]*/]
    ] as const) {
      const { code, said, summary } = await onPullRequest(inputs)
      assert.strictEqual(code, 2, said)
      assert.match(summary, /\n### The server was not checked\n\n```\n/)
      assert.match(said, new RegExp(`^::error::.*${why.source}`, "m"))
    }
    const unproved = await onPullRequest({ EBB_CHECK: "node -e 0" })
    assert.strictEqual(unproved.code, 1)
    assert.match(unproved.summary, /\n### Whether the server drains was not proved\n/)
    assert.notInclude(unproved.said, "::error::")
  })

  it("leaves the comment on a fork's pull request to a job that may write it", async () => {
    const fork = { ...pullRequest, head: { repo: { full_name: "somebody/r" } } }
    const { code, outputs, summary } = await act("main.mjs", { pull_request: fork }, { GITHUB_BASE_REF: "main" })
    assert.deepStrictEqual([code, github.asked], [0, []])
    const EBB_FOLDER = outputs["report"]!
    github.head = "abc"
    const wrong = await act("comment.mjs", { workflow_run: { head_sha: "def" } }, { EBB_FOLDER })
    assert.strictEqual(wrong.code, 2)
    assert.match(wrong.said, /✘ The run was for another commit than the head of pull request 7; nothing is posted\.\n/)
    assert.deepStrictEqual(github.comments, [])
    const posted = await act("comment.mjs", { workflow_run: { head_sha: "abc" } }, { EBB_FOLDER })
    assert.strictEqual(posted.code, 0, posted.said)
    assert.include(github.comments[0]!.body, summary.trim())
  })

  it("shows on a fork's pull request that the newest run understood something not, in the place of what stood there", async () => {
    const marker = "<!-- ebb rehearsal of ebb.yaml -->"
    github.comments.push({ id: 1, body: `${marker}\nall was well` })
    github.head = "abc"
    const fork = { ...pullRequest, head: { repo: { full_name: "somebody/r" } } }
    for (const [inputs, said] of [
      [{ EBB_ASSERT: "graceful is fine" }, '--assert "graceful is fine": must be PATH OP NUMBER'],
      [{ EBB_BINARY: "nowhere" }, "The input binary is nowhere, and there is no such file."]
    ] as const) {
      const { code, outputs } = await act("main.mjs", { pull_request: fork }, inputs)
      assert.strictEqual(code, 2)
      const EBB_FOLDER = outputs["report"]!
      const posted = await act("comment.mjs", { workflow_run: { head_sha: "abc" } }, { EBB_FOLDER })
      assert.strictEqual(posted.code, 0, posted.said)
      const [comment] = github.comments
      assert.include(comment!.body, `${marker}\n### The rollout of ebb.yaml was not rehearsed\n`)
      assert.include(comment!.body, said)
    }
    assert.lengthOf(github.comments, 1)
  })

  it("keeps a comment for each app of a repository that has several", async () => {
    const folders = ["", "a", "my apps/b"]
    checkout = join(folder.path, "origin")
    for (const ref of ["main", "short"]) {
      git("checkout", "-q", ref)
      for (const name of folders) {
        mkdirSync(join(checkout, name), { recursive: true })
        writeFileSync(join(checkout, name, "the spec.yaml"), spec(ref === "main" ? "2m" : "5s"))
      }
      git("add", "-A")
      git("commit", "-qm", "several")
    }
    cloned("several", "--depth=1")
    for (const EBB_WORKING_DIRECTORY of ["a", "./my apps/b/", "."]) {
      const { code, said } = await onPullRequest({ EBB_WORKING_DIRECTORY, EBB_SPEC: "the spec.yaml" })
      assert.strictEqual(code, 0, said)
    }
    const names = ["a/the spec.yaml", "my apps/b/the spec.yaml", "the spec.yaml"]
    assert.lengthOf(github.comments, names.length)
    for (const [at, name] of names.entries()) {
      const start = `<!-- ebb rehearsal of ${name} -->\n### Rollout of ${name}: worse\n\nWorse than ${name} at origin/main: `
      assert.isTrue(github.comments[at]!.body.startsWith(start), github.comments[at]!.body)
    }

    // What an app no longer has is said in its comment, and in no other.
    const kept = github.comments.slice(1).map(({ body }) => body)
    rmSync(join(checkout, "a"), { recursive: true })
    const gone = await onPullRequest({ EBB_WORKING_DIRECTORY: "a", EBB_SPEC: "the spec.yaml" })
    assert.strictEqual(gone.code, 2)
    assert.deepStrictEqual(
      github.comments.slice(1).map(({ body }) => body),
      kept
    )
    assert.match(
      github.comments[0]!.body,
      /^<!-- .* -->\n### The rollout of a\/the spec\.yaml was not rehearsed\n\n```\n✘ The input working-directory is \S+\/a, /
    )
  })

  it("calls a spec as it is called from the repository, wherever that was checked out to", async () => {
    const workspace = join(folder.path, "workspace")
    mkdirSync(workspace)
    printed("mv", [checkout, join(workspace, "code")], folder.path)
    checkout = workspace
    const { code, said } = await onPullRequest({ EBB_WORKING_DIRECTORY: "code" })
    assert.strictEqual(code, 0, said)
    assert.match(github.comments[0]!.body, /^<!-- ebb rehearsal of ebb\.yaml -->\n### Rollout of ebb\.yaml: worse\n/)
  })

  it("does without a pull request: no comparison, no comment", async () => {
    const { code, summary } = await act("main.mjs", {})
    assert.deepStrictEqual([code, github.asked], [0, []])
    assert.match(summary, /^### Rollout of ebb\.yaml\n\n\*\*Advice: graceful\.\*\*/)
  })
})

describe("what the action does not understand fails with 2 and one sentence, and the summary says it", () => {
  const refused = async (inputs: Readonly<Record<string, string>>): Promise<string> => {
    const { code, outputs, said, summary } = await onPullRequest(inputs)
    assert.deepStrictEqual([code, outputs["exit-code"]], [2, "2"], said)
    const [, sentence = ""] = /✘ ([^\n]+)/.exec(said) ?? []
    assert.include(summary, sentence)
    assert.include(said, `::error::${sentence}`)
    assert.notMatch(said, /\n\s+at /)
    return sentence
  }

  it("a token without rights, or of nobody", async () => {
    github.refuse = 403
    assert.match(
      await refused({}),
      /^The token may not write the comment: give the job permissions: pull-requests: write/
    )
    github.refuse = null
    assert.match(await refused({ EBB_TOKEN: "other" }), /^GitHub does not know the token/)
    assert.match(await refused({ EBB_TOKEN: "" }), /^There is no token/)
    assert.match(await refused({ GITHUB_API_URL: "http://127.0.0.1:1" }), /^GitHub could not be reached at http/)
  })

  it("a base, a file or a spec that is not there, and one of another app", async () => {
    assert.match(await refused({ GITHUB_BASE_REF: "gone" }), /^--against-ref origin\/gone: there is no such branch/)
    assert.strictEqual(await refused({ EBB_SPEC: "none.yaml" }), "none.yaml: no such file or directory")
    assert.strictEqual(await refused({ EBB_AGAINST: "none.yaml" }), "none.yaml: no such file or directory")
    writeFileSync(join(checkout, "new.yaml"), spec("5s"))
    assert.strictEqual(
      await refused({ EBB_SPEC: "new.yaml" }),
      "--against-ref origin/main: new.yaml is not there at origin/main"
    )
    writeFileSync(join(checkout, "songs.yaml"), spec("5s").replace("films", "songs"))
    assert.match(await refused({ EBB_AGAINST: "songs.yaml" }), /^songs\.yaml is a spec of the app songs/)
    // Those are said on the pull request too.
    assert.isAbove(github.comments.length, 0)
  })

  it("inputs that are none", async () => {
    assert.strictEqual(await refused({ EBB_COMMENT: "yes" }), 'The input comment must be true or false, and not "yes".')
    assert.match(await refused({ EBB_BINARY: "nowhere/ebb" }), /^The input binary is nowhere\/ebb/)
    assert.match(
      await refused({ EBB_BINARY: "", EBB_VERSION: "latest" }),
      /^The input version must be one of three numbers/
    )
    for (const EBB_WORKING_DIRECTORY of ["nowhere/at/all", "ebb.yaml"])
      assert.match(
        await refused({ EBB_WORKING_DIRECTORY }),
        /^The input working-directory is .*, and there is no such folder/
      )
    assert.match(
      await refused({ EBB_ASSERT: "graceful is fine" }),
      /^--assert "graceful is fine": must be PATH OP NUMBER/
    )
  })
})

const Action = Schema.Struct({
  inputs: Schema.Record(Schema.String, Schema.Unknown),
  runs: Schema.Struct({ using: Schema.Literal("composite"), steps: Schema.Array(Schema.Unknown) })
})

const yaml = (file: string): unknown => Bun.YAML.parse(readFileSync(join(root, file), "utf8"))

describe("action.yml", () => {
  it.each([
    ["action.yml", "main.mjs"],
    ["action/comment/action.yml", "comment.mjs"]
  ])("%s hands over each of its inputs", (file) => {
    const { inputs, runs } = Schema.decodeUnknownSync(Action)(yaml(file))
    const used = [...JSON.stringify(runs).matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name!)
    assert.deepStrictEqual([...new Set(used)].toSorted(), Object.keys(inputs).toSorted())
  })

  it("has no step in the examples that gives an input it does not have", () => {
    const known = [...Object.keys(Schema.decodeUnknownSync(Action)(yaml("action.yml")).inputs), "folder"]
    const workflows = globSync(join(root, "examples/github-actions/*.yml"))
    assert.lengthOf(workflows, 2)
    for (const file of workflows) {
      const text = readFileSync(file, "utf8")
      for (const [, block = ""] of text.matchAll(/uses: OWNER\/ebb[^\n]*\n\s+with:\n((?: {10,}.*\n)+)/g)) {
        const given = [...block.matchAll(/^ {10}([\w-]+):/gm)].map(([, name]) => name!)
        for (const name of given) assert.include(known, name, file)
      }
    }
  })
})

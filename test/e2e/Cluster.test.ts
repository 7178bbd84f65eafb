import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, assert, beforeAll, describe, it } from "vitest"
import { binary } from "./Ebb.ts"
import { Postgres, programs } from "./Postgres.ts"

const spec = `app: { name: traced, termination_grace_period: 5s }
scaling: { min_concurrency: 2, max_concurrency: 6 }
traffic:
  - { kind: direct, arrivals: { trace: { file: trace.csv, timestamp: at } }, service: { exponential: { mean: 4s } } }
rollouts: [ { at: 2m } ]
run: { for: 5m, warmup: 30s, window: 2m, seeds: 12, modes: [none, graceful, force] }
`
const vary = ["sweep", "traced.yaml", "--vary", "scaling.min_concurrency=2,4", "--vary", "scaling.keep_alive=0s,60s"]
const trials = 4 * 12

if (programs === null) process.stderr.write("PostgreSQL is not installed: the tests of a cluster are skipped\n")

describe.skipIf(programs === null)("a cluster over PostgreSQL", () => {
  const folder = mkdtempSync(join(tmpdir(), "ebb-cluster-"))
  const env = { PATH: process.env["PATH"], HOME: folder, COLUMNS: "80" }
  const children = new Set<ChildProcess>()
  let postgres: Postgres

  beforeAll(async () => {
    const rows = Array.from({ length: 250 }, (_, row) => row * 1.2)
    writeFileSync(join(folder, "trace.csv"), ["at", ...rows].join("\n"))
    writeFileSync(join(folder, "traced.yaml"), spec)
    postgres = await Postgres.make()
  })
  afterEach(() => {
    for (const child of children) child.kill("SIGKILL")
    children.clear()
  })
  afterAll(() => {
    postgres.remove()
    rmSync(folder, { recursive: true })
  })

  /** A run of the binary, what it has said, and how it ends. */
  const start = (...words: ReadonlyArray<string>) => {
    const child = spawn(binary, words, { cwd: folder, env })
    children.add(child)
    const said = { out: "", err: "" }
    child.stdout.on("data", (chunk: Buffer) => (said.out += chunk.toString()))
    child.stderr.on("data", (chunk: Buffer) => (said.err += chunk.toString()))
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve))
    return { child, said, ended }
  }
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const worker = async () => {
    const started = start("worker", "--cluster", postgres.url, "--jobs", "1")
    await until(() => started.said.out.startsWith("Worker of ebb "))
    return started
  }
  const rows = (file: string): number => {
    const path = join(folder, file)
    return existsSync(path) ? readFileSync(path, "utf8").split("\n").length : 0
  }
  const sweep = (seed: number, seeds: number) => [...vary, "--seed", `${seed}`, "--seeds", `${seeds}`]
  const local = (seed: number, seeds = 12): string => {
    const { status } = spawnSync(binary, [...sweep(seed, seeds), "--out", `local-${seed}.csv`], { cwd: folder, env })
    assert.strictEqual(status, 0)
    return readFileSync(join(folder, `local-${seed}.csv`), "utf8")
  }
  const clustered = (seed: number, seeds = 12) =>
    start(...sweep(seed, seeds), "--out", `cluster-${seed}.csv`, "--cluster", postgres.url)
  const result = (seed: number): string => readFileSync(join(folder, `cluster-${seed}.csv`), "utf8")

  // A worker that was killed is missed for half a minute, and all of this shares the machine with other tests.
  const patienceMs = 300_000

  it(
    "runs every trial once and gives the same bytes, one of two workers killed midway",
    async () => {
      const [killed] = [await worker(), await worker()]
      const asked = clustered(1)
      await until(() => rows("cluster-1.csv") > 15)
      killed.child.kill("SIGKILL")
      assert.strictEqual(await asked.ended, 0, asked.said.err)
      assert.strictEqual(result(1), local(1))
      assert.strictEqual(
        postgres.query("SELECT count(DISTINCT message_id) || ' of ' || count(*) FROM cluster_messages"),
        `${trials} of ${trials}`
      )
      assert.strictEqual(Number(postgres.query("SELECT count(*) FROM cluster_replies")), trials)
    },
    patienceMs
  )

  it(
    "goes on when the database comes back, and when whoever asked comes back",
    async () => {
      const working = await worker()
      // So many that they are not done before anything can be ended.
      const seeds = 100
      const first = clustered(2, seeds)
      await until(() => rows("cluster-2.csv") > 15)
      first.child.kill("SIGINT")
      assert.strictEqual(await first.ended, 130)
      assert.isBelow(rows("cluster-2.csv"), 4 * seeds * 3)
      const before = rows("cluster-2.csv")
      const again = clustered(2, seeds)
      await until(() => rows("cluster-2.csv") > before)
      postgres.stop()
      await until(() => working.said.err.includes("is away; waiting for it\n"))
      postgres.start()
      assert.strictEqual(await again.ended, 0, again.said.err)
      assert.strictEqual(result(2), local(2, seeds))
      assert.include(working.said.err, "The database is back\n")
      assert.notInclude(working.said.err, "    at ")
    },
    patienceMs
  )

  it("refuses a worker of another version, and a database that is none", async () => {
    postgres.query("UPDATE ebb_cluster SET version = '9.9.9'")
    const other = start("worker", "--cluster", postgres.url)
    assert.strictEqual(await other.ended, 1)
    assert.match(
      other.said.err,
      /^✘ the cluster at postgres:\/\/postgres@127\.0\.0\.1:\d+\/postgres runs ebb 9\.9\.9, and this is ebb \d+\.\d+\.\d+: .* a database of its own\n$/
    )
    const nowhere = start("worker", "--cluster", "postgres://user:secret@127.0.0.1:9/ebb")
    assert.strictEqual(await nowhere.ended, 1)
    assert.match(
      nowhere.said.err,
      /^✘ The database at postgres:\/\/user@127\.0\.0\.1:9\/ebb cannot be used: .*ECONNREFUSED/
    )
    const wrong = start("worker", "--cluster", "mysql://host/ebb")
    assert.strictEqual(await wrong.ended, 2)
    assert.include(wrong.said.err, "must be the address of a PostgreSQL database, such as postgres://host/ebb")
  })
})

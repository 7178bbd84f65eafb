import { describe, expect, test } from "vitest"
import { circles, sourcesOf, type Table, violations } from "./Folders.ts"

/** For each source tree: its folders, and which of the others each may import. */
const tables: Readonly<Record<string, Table>> = {
  "apps/cli/src": {
    kit: [],
    clients: [],
    sandbox: ["kit"],
    requests: ["kit", "sandbox"],
    spec: ["kit"],
    jobs: ["kit"],
    cluster: ["kit"],
    evidence: ["kit", "sandbox"],
    watch: ["kit", "sandbox"],
    "commands/account": ["kit", "sandbox"],
    "commands/apps": ["kit", "sandbox", "spec", "watch"],
    "commands/calibrate": ["evidence", "kit", "spec"],
    "commands/check": ["kit"],
    "commands/completion": ["commands", "kit"],
    "commands/deploy": ["kit", "requests", "sandbox", "spec"],
    "commands/environments": ["kit", "sandbox"],
    "commands/init": ["evidence", "kit", "spec"],
    "commands/journal": ["kit", "sandbox"],
    "commands/keys": ["kit", "sandbox"],
    "commands/load": ["kit", "requests", "sandbox", "watch"],
    "commands/queue": ["kit", "sandbox"],
    "commands/plan": ["jobs", "kit", "spec"],
    "commands/rehearse": ["jobs", "kit", "spec"],
    "commands/rollouts": ["kit", "sandbox"],
    "commands/runners": ["kit", "sandbox"],
    "commands/secrets": ["kit", "sandbox"],
    "commands/sweep": ["cluster", "jobs", "kit", "spec"],
    "commands/top": ["kit", "sandbox", "watch"],
    "commands/up": ["clients", "kit", "sandbox"],
    "commands/worker": ["cluster", "jobs", "kit"],
    commands: [
      "clients",
      "commands/account",
      "commands/apps",
      "commands/calibrate",
      "commands/check",
      "commands/completion",
      "commands/deploy",
      "commands/environments",
      "commands/init",
      "commands/journal",
      "commands/keys",
      "commands/load",
      "commands/queue",
      "commands/plan",
      "commands/rehearse",
      "commands/rollouts",
      "commands/runners",
      "commands/secrets",
      "commands/sweep",
      "commands/top",
      "commands/up",
      "commands/worker",
      "kit",
      "requests",
      "sandbox"
    ],
    ".": ["commands", "kit"]
  },
  "apps/dashboard/src": {
    views: ["."],
    film: ["views"],
    play: ["film", "views", "."],
    live: ["play", "views"],
    plan: ["."],
    pages: ["film", "live", "plan", "play", "views", "."],
    ".": []
  },
  "apps/runtime/src": {
    kernel: [],
    edge: [],
    store: ["edge"],
    tls: [],
    "runners/simulated": ["kernel"],
    "runners/process": ["kernel", "store"],
    webhooks: ["edge", "kernel", "store"],
    control: ["edge", "kernel", "store", "webhooks"],
    traces: ["control", "kernel"],
    "planes/data": ["control", "edge", "kernel", "store", "webhooks"],
    "planes/data/fast": ["control", "edge", "planes/data", "store"],
    "planes/realtime": ["control", "edge", "kernel", "planes/data"],
    "planes/rest": ["control", "edge", "kernel", "store", "webhooks"],
    "planes/grpc": ["control", "edge", "kernel", "store"],
    planes: ["edge", "planes/data", "planes/data/fast", "planes/realtime", "planes/rest"],
    doors: ["edge"],
    ".": [
      "control",
      "doors",
      "edge",
      "kernel",
      "planes",
      "planes/data",
      "planes/data/fast",
      "planes/grpc",
      "planes/realtime",
      "planes/rest",
      "runners/process",
      "runners/simulated",
      "store",
      "tls",
      "traces",
      "webhooks"
    ],
    rehearsal: ["kernel", "runners/process", "store", "."]
  },
  "packages/sim/src": {
    workload: [],
    spec: ["workload"],
    world: ["spec", "workload"],
    measure: ["spec", "world"],
    compare: ["measure"],
    report: ["compare", "measure", "spec"],
    jobs: ["spec"],
    experiment: ["jobs", "measure", "report", "spec", "workload", "world"],
    film: ["experiment", "spec", "world"],
    dryrun: ["measure", "spec", "workload", "world"],
    sweep: ["experiment", "jobs", "measure", "spec", "workload"],
    ".": ["compare", "experiment", "jobs", "measure", "report", "spec", "world"]
  },
  "packages/plan/src": { scaling: [], when: ["."], grace: ["."], way: [".", "grace"], ".": [] },
  "packages/core/src": {
    domain: [],
    tables: ["domain"],
    "fleet/strategy": ["domain"],
    "fleet/scaler": ["domain"],
    fleet: ["domain", "fleet/scaler", "fleet/strategy", "tables"],
    snapshot: ["fleet", "tables"],
    journal: ["domain", "fleet", "fleet/scaler", "fleet/strategy", "snapshot", "tables"],
    ".": ["domain", "fleet", "fleet/scaler", "fleet/strategy", "journal", "tables"]
  },
  "packages/evidence/src": {
    requests: [],
    learn: ["requests"],
    log: ["requests"],
    kubernetes: ["learn"],
    fal: ["learn", "requests"],
    files: [],
    prometheus: ["files", "learn"],
    spec: ["learn"],
    calibrate: ["learn", "requests"],
    source: [".", "fal", "files", "kubernetes", "learn", "log", "prometheus", "requests"],
    ".": []
  },
  "packages/drain-check/src": {
    ".": ["findings/Codes.ts"],
    "findings/Codes.ts": [],
    client: ["."],
    findings: [".", "findings/Codes.ts"],
    traffic: [".", "client"],
    rollout: [".", "client", "traffic"],
    "Check.ts": [".", "findings", "rollout"],
    "index.ts": [".", "Check.ts"]
  },
  "packages/processes/src": { system: [], ".": ["system"] },
  "packages/protocol/src": { rest: [], live: ["rest"], gen: [], ".": [] }
}

describe.each(Object.entries(tables))("%s", (tree, table) => {
  const sources = sourcesOf(tree)

  test("each folder imports only what the table allows", () => {
    expect(sources.size).toBeGreaterThan(10)
    expect(violations(sources, table)).toEqual([])
  })

  test("no folder leads back to itself, so that there is one direction", () => {
    expect(circles(table)).toEqual(tree === "apps/cli/src" ? [["commands", "commands/completion"]] : [])
  })

  test("the table names no folder that is not there", () => {
    const isThere = (folder: string) =>
      folder === "." || [...sources.keys()].some((file) => file === folder || file.startsWith(`${folder}/`))
    expect([...Object.keys(table), ...Object.values(table).flat()].filter((folder) => !isThere(folder))).toEqual([])
  })
})

describe("an import that the table does not allow", () => {
  const table: Table = { kernel: [], store: [], planes: ["kernel"], "planes/data": ["planes"], ".": ["planes"] }
  const found = (file: string, text: string) => violations(new Map([[file, text]]), table)

  test.each([
    ['import { a } from "../store/A.ts"', "kernel may not import store"],
    ['import type { A } from "../planes/A.ts"', "kernel may not import planes"],
    ['export * from "../A.ts"', "kernel may not import ."],
    ['const a = await import("../planes/data/A.ts")', "kernel may not import planes/data"]
  ])("is found: %s", (text, what) => {
    expect(found("kernel/B.ts", text)).toEqual([expect.stringContaining(what)])
  })

  test("is told from one that it allows", () => {
    expect(found("planes/B.ts", 'import { a } from "../kernel/A.ts"\nimport { b } from "./C.ts"')).toEqual([])
    expect(found("planes/data/B.ts", 'import { a } from "../A.ts"\nimport { effect } from "effect"')).toEqual([])
    expect(found("Server.ts", 'import { a } from "./planes/A.ts"')).toEqual([])
  })

  test("is found where a line names one file", () => {
    const withFile = { ...table, "kernel/Top.ts": ["kernel"] }
    expect(violations(new Map([["kernel/Top.ts", 'import { b } from "./B.ts"']]), withFile)).toEqual([])
    expect(violations(new Map([["kernel/B.ts", 'import { a } from "./Top.ts"']]), withFile)).toHaveLength(1)
  })

  test("and a circle of folders is found", () => {
    expect(circles(table)).toEqual([])
    expect(circles({ ...table, kernel: ["planes/data"] })).toEqual([["kernel", "planes", "planes/data"]])
  })

  test("and a file in a folder that the table does not know is found too", () => {
    expect(found("attic/B.ts", "")).toEqual(["attic/B.ts is in no folder of the table"])
  })
})

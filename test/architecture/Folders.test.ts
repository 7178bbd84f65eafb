import { describe, expect, test } from "vitest"
import { sourcesOf, type Table, violations } from "./Folders.ts"

/** For each source tree: its folders, and which of the others each may import. */
const tables: Readonly<Record<string, Table>> = {
  "apps/cli/src": {
    kit: [],
    sandbox: ["kit"],
    requests: ["kit", "sandbox"],
    spec: ["kit"],
    evidence: ["kit"],
    watch: ["kit", "sandbox"],
    "commands/account": ["kit", "sandbox"],
    "commands/apps": ["kit", "sandbox", "watch"],
    "commands/check": ["kit"],
    "commands/completion": ["commands", "kit"],
    "commands/deploy": ["kit", "requests", "sandbox", "spec"],
    "commands/environments": ["kit", "sandbox"],
    "commands/init": ["evidence", "kit"],
    "commands/journal": ["kit", "sandbox"],
    "commands/keys": ["kit", "sandbox"],
    "commands/load": ["kit", "requests", "sandbox", "watch"],
    "commands/queue": ["kit", "sandbox"],
    "commands/rehearse": ["kit", "spec"],
    "commands/rollouts": ["kit", "sandbox"],
    "commands/runners": ["kit", "sandbox"],
    "commands/secrets": ["kit", "sandbox"],
    "commands/top": ["kit", "sandbox", "watch"],
    "commands/up": ["kit", "sandbox"],
    commands: [
      "commands/account",
      "commands/apps",
      "commands/check",
      "commands/completion",
      "commands/deploy",
      "commands/environments",
      "commands/init",
      "commands/journal",
      "commands/keys",
      "commands/load",
      "commands/queue",
      "commands/rehearse",
      "commands/rollouts",
      "commands/runners",
      "commands/secrets",
      "commands/top",
      "commands/up",
      "kit",
      "requests",
      "sandbox"
    ],
    ".": ["commands", "kit"]
  },
  "apps/dashboard/src": {
    views: ["."],
    play: ["views", "."],
    live: ["play", "views"],
    pages: ["live", "play", "views", "."],
    ".": []
  },
  "apps/runtime/src": {
    kernel: ["runners/simulated"],
    store: [],
    edge: [],
    "runners/simulated": ["kernel"],
    "runners/process": ["kernel", "."],
    tls: [],
    traces: ["kernel"],
    webhooks: ["planes/data", "store"],
    control: ["kernel", "store", "runners/process", "planes/data", "planes/grpc", "."],
    "planes/data": ["control", "edge", "kernel", "store", "webhooks", "."],
    "planes/realtime": ["control", "edge", "kernel", "planes/data", "."],
    "planes/rest": ["control", "edge", "kernel", "planes/data", "."],
    "planes/grpc": ["control", "edge", "kernel", "store"],
    planes: ["control", "edge", "kernel", "planes/data", "planes/rest", "."],
    doors: ["edge", "planes/grpc", "tls"],
    rehearsal: ["."],
    ".": [
      "control",
      "doors",
      "edge",
      "kernel",
      "planes",
      "planes/data",
      "planes/realtime",
      "planes/rest",
      "store",
      "tls",
      "traces",
      "webhooks"
    ]
  },
  "packages/protocol/src": { rest: [], live: ["rest"], gen: [], ".": [] }
}

describe.each(Object.entries(tables))("%s", (tree, table) => {
  const sources = sourcesOf(tree)

  test("each folder imports only what the table allows", () => {
    expect(sources.size).toBeGreaterThan(10)
    expect(violations(sources, table)).toEqual([])
  })

  test("the table names no folder that is not there", () => {
    const isThere = (folder: string) =>
      folder === "." || [...sources.keys()].some((file) => file.startsWith(`${folder}/`))
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

  test("and a file in a folder that the table does not know is found too", () => {
    expect(found("attic/B.ts", "")).toEqual(["attic/B.ts is in no folder of the table"])
  })
})

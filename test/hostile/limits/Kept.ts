import * as Api from "@ebb/protocol/rest/Api"
import { readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { expect } from "vitest"
import { Ebb } from "../../e2e/Ebb.ts"
import { noSmallDisk, SmallDisk } from "../SmallDisk.ts"
import { type Over, type Overs, words } from "./Over.ts"

const submit = (ebb: Ebb, body = "x".repeat(600)): Promise<Response> =>
  fetch(`${ebb.url}/queue.fal.run/local/demo`, {
    method: "POST",
    headers: { authorization: `Key ${ebb.key}`, "x-ebb-service": "1h" },
    body
  })

const direct = async (ebb: Ebb, count: number, query = ""): Promise<void> => {
  for (let n = 0; n < count; n++) {
    const answer = await ebb.direct(`local/demo${query}`, { service: "1ms" })
    expect(answer.status).toBe(200)
    await answer.arrayBuffer()
  }
}

const newestRows = async (ebb: Ebb): Promise<number> =>
  (await ebb.ask(Api.listRequests, { params: {}, query: { app: "demo", limit: "10000" } })).requests.filter(
    ({ kind, outcome }) => kind === "direct" && outcome !== null
  ).length

interface Log {
  readonly runner: string
  readonly messages: ReadonlyArray<string>
}

const characters = ({ messages }: Log): number => messages.join("").length

/** The log of the runner that has most lines, after more requests. */
const longest = async (ebb: Ebb): Promise<Log> => {
  const logs = await logsOf(ebb, "")
  return logs.toSorted((one, other) => other.messages.length - one.messages.length)[0]!
}

/** The logs of all runners after more requests. */
const logsOf = async (ebb: Ebb, query: string): Promise<ReadonlyArray<Log>> => {
  await direct(ebb, 20, query)
  const logs: Array<Log> = []
  for (const { runner_id: runner } of await ebb.serving("demo", 1)) {
    const { logs: lines } = await ebb.ask(Api.runnerLogs, { params: { runner }, query: {} })
    logs.push({ runner, messages: lines.map(({ message }) => message) })
  }
  return logs
}

const logLines = async (ebb: Ebb): Promise<void> => {
  await ebb.until(
    () => longest(ebb),
    ({ messages }) => messages.length === 10
  )
  for (let n = 0; n < 3; n++) expect((await longest(ebb)).messages.length).toBe(10)
}

const logCharacters = async (ebb: Ebb): Promise<void> => {
  const logs = await ebb.until(
    () => logsOf(ebb, `?${"x".repeat(600)}`),
    (all) => all.some((log) => characters(log) > 3000 && log.messages.length < 10)
  )
  expect(Math.max(...logs.map(characters))).toBeLessThanOrEqual(4000)
}

/** The runner has more lines than may wait. */
const logLinesWaiting = async (ebb: Ebb): Promise<void> => {
  const { runner } = await ebb.until(
    () => longest(ebb),
    ({ messages }) => messages.length > 5
  )
  const answer = await fetch(`${ebb.url}/logs/stream?job_id=${runner}`, {
    method: "POST",
    headers: { authorization: `Key ${ebb.key}` }
  })
  expect(answer.status).toBe(200)
  // It ends, though the runner lives.
  await answer.text().catch(() => {})
}

const rollouts = async (ebb: Ebb): Promise<void> => {
  for (let n = 0; n < 3; n++) await ebb.ask(Api.rollout, { params: { app: "demo" }, query: {}, body: { force: true } })
  const { rollouts: listed } = await ebb.ask(Api.listRollouts, { params: {}, query: {} })
  expect(listed.map(({ id }) => id)).toEqual(["r-3", "r-2"])
}

const journalParts = (ebb: Ebb): ReadonlyArray<number> =>
  readdirSync(join(ebb.data, "journal"))
    .toSorted()
    .map((name) => statSync(join(ebb.data, "journal", name), { throwIfNoEntry: false })?.size ?? 0)

const journalPartBytes = async (ebb: Ebb): Promise<void> => {
  await ebb.until(
    async () => {
      await direct(ebb, 20)
      return journalParts(ebb)
    },
    (parts) => parts.length > 2
  )
}

/** What was there when the newest part began fits; it has grown since by no more than a part and what came at once. */
const journalBytes = async (ebb: Ebb): Promise<void> => {
  const firstPart = (): string => readdirSync(join(ebb.data, "journal")).toSorted()[0]!
  const first = firstPart()
  await ebb.until(
    async () => {
      await direct(ebb, 20)
      return firstPart()
    },
    (oldest) => oldest !== first
  )
  const older = journalParts(ebb).slice(0, -1)
  expect(older.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(100_000)
}

/** What waits for a full disk. */
const onFullDisk =
  (limits: ReadonlyArray<string>, run: (ebb: Ebb, disk: SmallDisk) => Promise<void>): Over =>
  async ({ skip }) => {
    const disk = new SmallDisk(6)
    if (!disk.isThere) {
      disk.remove()
      skip(noSmallDisk)
    }
    const ebb = new Ebb(join(disk.path, "data"))
    try {
      await ebb.up(...limits)
      await direct(ebb, 1)
      disk.fill(0)
      await run(ebb, disk)
    } finally {
      await ebb.remove()
      disk.remove()
    }
  }

const ledgerRowsWaiting = onFullDisk(words({ ledgerRowsWaiting: 50 }), async (ebb, disk) => {
  let sent = 1
  const more = async (count: number): Promise<void> => {
    await direct(ebb, count)
    sent += count
  }
  // Pages that it has already take some rows yet.
  while (!ebb.log.includes("cannot be written")) await more(100)
  await more(60)
  // Who asks for rows has those written first that wait, in vain.
  await newestRows(ebb)
  disk.makeRoom()
  await ebb.until(
    async () => ebb.log,
    (log) => log.includes("can be written again")
  )
  const rows = await newestRows(ebb)
  expect(rows).toBeGreaterThanOrEqual(50)
  expect(rows).toBeLessThan(sent)
})

const journalBytesWaiting = onFullDisk(words({ journalBytesWaiting: 1000 }), async (ebb) => {
  while (!ebb.log.includes("The journal of this run ends here")) await direct(ebb, 50)
  await direct(ebb, 1)
})

export const overs = (
  ebb: Ebb
): Overs<
  | "queueBytes"
  | "ledgerRows"
  | "ledgerRowsWaiting"
  | "rollouts"
  | "journalPartBytes"
  | "journalBytes"
  | "journalBytesWaiting"
  | "logLines"
  | "logCharacters"
  | "logLinesWaiting"
> => ({
  queueBytes: async () => {
    expect([(await submit(ebb)).status, (await submit(ebb)).status, (await submit(ebb)).status]).toEqual([
      200, 200, 507
    ])
    // One without a body takes its place as well.
    expect((await submit(ebb, "")).status).toBe(507)
  },
  ledgerRows: async () => {
    await direct(ebb, 8)
    await ebb.until(
      async () => {
        await direct(ebb, 1)
        return newestRows(ebb)
      },
      (rows) => rows === 5
    )
  },
  ledgerRowsWaiting,
  rollouts: () => rollouts(ebb),
  journalPartBytes: () => journalPartBytes(ebb),
  journalBytes: () => journalBytes(ebb),
  journalBytesWaiting,
  logLines: () => logLines(ebb),
  logCharacters: () => logCharacters(ebb),
  logLinesWaiting: () => logLinesWaiting(ebb)
})

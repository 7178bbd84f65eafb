// `accessLog.ts MEGABYTES`: an access log of that size written and read; how fast, against `wc -l`, and in how much memory.
import { RequestLog } from "@ebb/evidence/log/RequestLog"
import * as TextFile from "@ebb/evidence/files/TextFile"
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const bytes = Number(process.argv[2]) * 1e6
const folder = mkdtempSync(join(tmpdir(), "ebb-bench-log-"))
const file = join(folder, "access.log")

const twoDigits = (value: number): string => String(value).padStart(2, "0")

const line = (row: number): string => {
  const second = Math.floor(row / 50)
  const clock = [second / 3600, second / 60, second].map((value) => twoDigits(Math.floor(value) % 60)).join(":")
  const took = (((row * 7919) % 4001) / 1000 + 0.1).toFixed(3)
  return `10.0.0.7 - - [${twoDigits((Math.floor(second / 86_400) % 28) + 1)}/Oct/2026:${clock} +0000] "POST /v1/generate HTTP/1.1" 200 512 "-" "python-requests/2.31" ${took} ${took} 10.1.0.${row % 9}:80\n`
}

const writeLog = (): void => {
  const to = openSync(file, "w")
  for (let [row, written] = [0, 0]; written < bytes;) {
    let text = ""
    for (const end = row + 5000; row < end; row++) text += line(row)
    written += writeSync(to, text)
  }
  closeSync(to)
}

const readLog = async () => {
  const log = new RequestLog({ columns: {} })
  let [quarter, most] = [0, 0]
  const onBytes = (read: number): void => {
    if (read < bytes / 4) return
    const { rss } = process.memoryUsage()
    quarter ||= rss
    most = Math.max(most, rss)
  }
  const before = process.cpuUsage()
  await TextFile.feed(file, log, { onBytes })
  const { system, user } = process.cpuUsage(before)
  return { count: log.requests().count, seconds: (user + system) / 1e6, quarter, most }
}

const countLines = (): number => {
  const { resourceUsage } = Bun.spawnSync(["wc", "-l", file])
  return Number(resourceUsage.cpuTime.total) / 1e6
}

try {
  writeLog()
  countLines()
  const lines = countLines()
  process.stdout.write(JSON.stringify({ ...(await readLog()), bytes, lines }))
} finally {
  rmSync(folder, { recursive: true })
}

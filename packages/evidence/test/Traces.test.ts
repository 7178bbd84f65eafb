import { learn } from "@ebb/evidence/learn/Learn"
import type { Requests } from "@ebb/evidence/requests/Requests"
import * as Source from "@ebb/evidence/source/Source"
import { Effect, Result } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { read, refusal, told } from "./Reading.ts"

const folder = mkdtempSync(join(tmpdir(), "ebb-traces-"))
afterAll(() => rmSync(folder, { recursive: true }))

const readTrace = (text: string, app?: string) => {
  writeFileSync(join(folder, "trace"), text)
  const source = Source.parse("trace:trace") as Source.Source
  const reading = { folder, env: {}, told: { columns: {}, ...(app === undefined ? {} : { app }) } }
  return Effect.runPromise(Effect.result(Source.read(source, reading)))
}

const requestsOf = async (text: string, app?: string): Promise<Requests> =>
  Result.getOrThrow(await readTrace(text, app)).requests!

const functions = "app,func,end_timestamp,duration\nx,f,10,0.5\ny,g,11,4\nx,g,12,1\n"

describe("a public trace", () => {
  it("of Azure Functions is put in order of arrival, and one of its apps may be chosen", async () => {
    const all = await requestsOf(functions)
    assert.deepStrictEqual(told(all), [
      "+0 ms, 4000 ms, completed",
      "+2500 ms, 500 ms, completed",
      "+4000 ms, 1000 ms, completed"
    ])
    assert.deepStrictEqual(all.meaning, { duration: "service", waits: false, outcomes: false })
    const one = await requestsOf(functions, "x")
    assert.deepStrictEqual(told(one), ["+0 ms, 500 ms, completed", "+1500 ms, 1000 ms, completed"])
    assert.deepStrictEqual(one.dropped, [{ reason: "of other apps", count: 1 }])
  })

  it("of an LLM has tokens: no time is made up from them", async () => {
    const { requests, source } = Result.getOrThrow(
      await readTrace(
        "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n2023-11-16 18:17:05.4799600,1,8\n"
      )
    )
    assert.deepStrictEqual(told(requests!), ["+0 ms, no end, completed", "+1500 ms, no end, completed"])
    const learnt = learn([{ source, requests, findings: [], missing: [], notes: [] }])
    assert.deepStrictEqual([...learnt.files[0]!.lines()], ["arrived,tokens\n", "0,10\n", "1.5,8\n"])
    assert.strictEqual(learnt.findings.find(({ path }) => path === "traffic[0].service")!.sure, "assumed")
    assert.include(learnt.missing[0]!.how, "the trace has tokens, not times")
  })

  it("of Alibaba says which requests failed", async () => {
    const requests = await requestsOf(
      "gmt_create,predict_type,predict_status,exec_time_seconds\n2024-11-15 18:16:14,TXT_2_IMG,SUCCEED,43.5\n2024-11-15 18:16:10,TXT_2_IMG,FAILED,32.0\n"
    )
    assert.deepStrictEqual(told(requests), ["+0 ms, 32000 ms, error", "+4000 ms, 43500 ms, completed"])
  })

  it.each([
    [
      "when,took\n1,2\n",
      /^trace:1: is no public trace that is known by its columns \(Azure LLM inference, .*\); read it as log:FILE$/
    ],
    [
      "app,func,end_timestamp,duration\nx,f,10000,500\nx,f,20000,512\n",
      /^trace:1: read as s, .* are they ms\? Say --unit ms/
    ],
    ["app,func,end_timestamp,duration\nx,f,10,0.5\nx,f\n", /^trace:3: must have as many fields as the header/],
    ['{"timestamp": 0, "input_length": 1, "output_length": 5}\n{"timestamp": 1, "input_', /^trace:2: is not JSON/],
    ["app,func,end_timestamp,duration\nx,f,soon,0.5\n", /^trace:2: end_timestamp must be a time/]
  ])("that is none is refused with the line: %j", async (text, problem) => {
    const read = await readTrace(text)
    assert.match(Result.isFailure(read) ? read.failure.message : "accepted", problem)
  })
})

describe("a log with the columns of a public trace", () => {
  const alike = (name: string): string =>
    `its columns are those of the public trace ${name}: if it is that, read it as trace:FILE`

  it("is read as it stands, and says what it may be and what unit its times were taken to have", () => {
    const { notes } = read("timestamp,input_length,output_length\n0,10,5\n3000,20,7\n")
    assert.includeMembers(
      [...notes],
      [alike("Mooncake"), "times are taken as seconds, as nothing says otherwise; timestamp_ms would be milliseconds"]
    )
  })

  it("says so too where it cannot be read", () => {
    const problem = refusal("gmt_create,predict_status,exec_time_seconds\n2026-01-01 00:00:00,SUCCESS,3\n")
    assert.include(problem, alike("Alibaba GenTD26"))
  })

  it("says nothing of a unit that its times have", () => {
    for (const header of ["timestamp_ms,status", "timestamp,status"]) {
      const time = header.startsWith("timestamp_ms") ? "0" : "2026-01-01T00:00:00Z"
      const { notes } = read(`${header}\n${time},200\n`)
      assert.notInclude(notes.join(" "), "taken as seconds")
    }
  })
})

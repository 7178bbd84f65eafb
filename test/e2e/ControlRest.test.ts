import { Schema } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const ebb = new Ebb()

beforeAll(async () => {
  const specs = ["simulated", "own"].map((name) => {
    const file = join(ebb.data, `${name}.yaml`)
    const runner =
      name === "own"
        ? `{ command: [${process.execPath}, ${join(ebb.data, "server.mjs")}] }`
        : "{ scheduling: 1ms, setup: 1ms, teardown: 1ms, service: 1ms }"
    writeFileSync(
      file,
      `app: { name: ${name} }\nscaling: { min_concurrency: 1, max_concurrency: 1 }\nrunner: ${runner}\n`
    )
    return file
  })
  const server = "Bun.serve({ port: Number(process.env.PORT), fetch: () => new Response('{}') })\n"
  writeFileSync(join(ebb.data, "server.mjs"), server)
  await ebb.up(...specs)
})

afterAll(() => ebb.remove())

const Line = Schema.Struct({ timestamp: Schema.String, message: Schema.String })
const info = Schema.decodeUnknownSync(Schema.Struct({ started_at: Schema.String, ended_at: Schema.String }))
const history = Schema.decodeUnknownSync(Schema.Struct({ items: Schema.Array(Line) }))

test.each(["simulated", "own"])(
  "the log of a runner that ends: followed to its end, whole in every view (%s)",
  async (app) => {
    const [runner] = await ebb.serving(app, 1)
    const id = runner!.runner_id
    const following = ebb.start("runners", "logs", id, "--follow")
    expect(ebb.run("runners", "stop", id).code).toBe(0)
    const { code, stdout } = await following
    expect(code).toBe(0)
    const own = ebb.run("runners", "logs", id).stdout
    const last = own.trimEnd().split("\n").at(-1) ?? ""
    expect(stdout.trimEnd().split("\n").at(-1)).toBe(last)

    // What fal runners logs asks for: from started_at to ended_at.
    const headers = { authorization: `Key ${ebb.key}` }
    const times = info(await (await fetch(`${ebb.url}/runners/${id}`, { headers })).json())
    const query = new URLSearchParams({ job_id: id, since: times.started_at, until: times.ended_at, page_size: "1000" })
    const { items } = history(
      await (await fetch(`${ebb.url}/logs/history?${query}`, { method: "POST", headers })).json()
    )
    expect(last).toContain(items[0]!.message)
    expect(items).toHaveLength(own.trimEnd().split("\n").length)
  }
)

test("the playground and the log that a deploy names lead to the page of its app", async () => {
  const leads = async (path: string) => {
    const answer = await fetch(`${ebb.url}/playground/${path}`, { redirect: "manual" })
    return [answer.status, answer.headers.get("location")]
  }
  // The client puts the path of each endpoint behind the address.
  for (const path of ["local/own", "local/own/", "local/own/health"]) {
    expect(await leads(path)).toEqual([302, "/#/app/own"])
  }
  expect(await leads("acme/own--staging/")).toEqual([302, "/?team=acme#/app/own--staging"])
  expect(await leads("acme%2f..%2f/%22%3E%0d%0aX")).toEqual([302, "/?team=acme%2F..%2F#/app/%22%3E%0D%0AX"])
  const page = await fetch(`${ebb.url}/playground/local/own/`)
  expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"])
})

test("the queue of an app that is not there names it, and the one that was probably meant", async () => {
  const headers = { authorization: `Key ${ebb.key}` }
  const answer = await fetch(`${ebb.url}/applications/local/simulatd/queue`, { headers })
  expect([answer.status, await answer.json()]).toEqual([
    404,
    { detail: "Application 'simulatd' not found. Did you mean 'simulated'?" }
  ])
})

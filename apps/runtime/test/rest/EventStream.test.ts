import { Boards } from "@ebb/protocol/live/Board"
import * as Api from "@ebb/protocol/rest/Api"
import type { Message } from "@ebb/protocol/rest/Events"
import { Events } from "@ebb/runtime/planes/rest/EventStream"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { Restarted, spec } from "../Restarted.ts"

const none = { params: {}, query: {} } as const
const llm = { params: { app: "llm" }, query: {} } as const

describe("whoever follows the events", () => {
  let ebb: Restarted
  let messages: Array<Message>
  let leave: () => void

  beforeEach(async () => {
    ebb = new Restarted()
    await ebb.up(spec("1s"))
    messages = []
    leave = ebb.running.get(Events).follow(
      () => true,
      async (message) => void messages.push(message)
    )
  })
  afterEach(async () => {
    leave()
    await ebb.remove()
  })

  const seen = (): Boards => {
    const boards = new Boards()
    for (const message of messages) boards.fold(message, message.atMs)
    return boards
  }
  const ready = async () =>
    (
      await ebb.until(
        async () => (await ebb.ask(Api.listRunners, none)).runners.filter(({ state }) => state === "IDLE"),
        (all) => all.length > 0
      )
    )[0]!.runner_id

  test("has the next app of a name before them, while the last runners of the one before still end", async () => {
    const old = await ready()
    const answer = ebb.direct("llm")
    await ebb.inFlight(1)
    await ebb.ask(Api.deleteApp, llm)
    await ebb.ask(Api.deploy, { ...none, body: { spec: spec("1s") } })
    expect((await answer).status).toBe(200)
    await ebb.until(
      () => messages.some((message) => message.type === "changes" && message.gone.includes(old)),
      (isGone) => isGone
    )
    const next = await ready()
    await ebb.until(
      () => [...(seen().apps.get("llm")?.runners.keys() ?? [])],
      (ids) => ids.includes(next)
    )
    expect([...seen().apps.get("llm")!.runners.keys()]).toEqual([next])
    expect(messages.flatMap((message) => (message.type === "changes" ? message.deleted : []))).toEqual(["llm"])
  })

  test("hears of the end of a fault that ends by itself", async () => {
    await ebb.ask(Api.faultApp, { ...llm, body: { do: "submit_failure", forMs: 200 } })
    const faults = () => seen().apps.get("llm")?.view.faults ?? []
    await ebb.until(faults, (all) => all.length === 1)
    await ebb.until(faults, (all) => all.length === 0)
  })
})

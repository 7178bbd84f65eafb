import * as Api from "@ebb/protocol/rest/Api"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { Restarted } from "./Restarted.ts"

let ebb: Restarted
beforeEach(() => {
  ebb = new Restarted()
})
afterEach(() => ebb.remove())

const spec = (name: string, more: string) => `
app: { name: ${name}, machine_type: GPU-H100 }
scaling: { min_concurrency: 1, max_concurrency: 1 }
runner: { scheduling: 5ms, setup: 5ms, teardown: 5ms, service: 1s }
${more}`

const deploy = (name: string, more = "", query: { readonly env?: string } = {}) =>
  ebb.ask(Api.deploy, { params: {}, query, body: { spec: spec(name, more) } })

const limits = () => Object.fromEntries(ebb.kernel.state.pools.get("local")?.limits ?? [])

/** What is there now and after a restart. */
const kept = async () => {
  const before = limits()
  await ebb.up()
  expect(limits()).toEqual(before)
  return before
}

describe("the machines of a team (platform rule 12)", () => {
  test("are what its newest revision says that names their type, whichever app it is of, before and after a restart", async () => {
    await ebb.up(spec("llm", "capacity: { GPU-H100: 8 }"))
    await deploy("image", "capacity: { GPU-H100: 4, GPU-A100: 2 }")
    await deploy("llm")
    expect(await kept()).toEqual({ "GPU-H100": 4, "GPU-A100": 2 })
    await deploy("llm", "capacity: { GPU-H100: 6 }")
    expect(await kept()).toEqual({ "GPU-H100": 6, "GPU-A100": 2 })
  })

  test("go with the app that named them", async () => {
    await ebb.up(spec("llm", "capacity: { GPU-H100: 8 }"))
    await deploy("image", "capacity: { GPU-H100: 4, GPU-A100: 2 }")
    await ebb.ask(Api.deleteApp, { params: { app: "image" }, query: {} })
    expect(await kept()).toEqual({ "GPU-H100": 8 })
  })

  test("are there for the first runner of a deploy that names more", async () => {
    await ebb.up(spec("llm", "capacity: { GPU-H100: 1 }"))
    await deploy("llm", "capacity: { GPU-H100: 2 }")
    expect(await kept()).toEqual({ "GPU-H100": 2 })
  })

  test("are as before once a deploy is given up", async () => {
    await ebb.up(spec("llm", "capacity: { GPU-H100: 8 }"))
    const broken = "capacity: { GPU-H100: 16, GPU-A100: 2 }\nfaults: { setup_failure: 1 }"
    await expect(deploy("llm", broken)).rejects.toThrow("failed to start")
    expect(await kept()).toEqual({ "GPU-H100": 8 })
  })

  test("are as before where a deploy is refused", async () => {
    await ebb.up(spec("llm", "capacity: { GPU-H100: 8 }"))
    await expect(deploy("image", "capacity: { GPU-H100: 4 }", { env: "nowhere" })).rejects.toThrow("nowhere")
    expect(await kept()).toEqual({ "GPU-H100": 8 })
  })
})

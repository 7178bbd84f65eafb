import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const isThere = spawnSync("python3", ["--version"]).status === 0

describe.runIf(isThere)("a server that knows no chunked bodies (skipped where there is no Python)", () => {
  const ebb = new Ebb()

  beforeAll(async () => {
    const file = join(ebb.data, "plain.yaml")
    const command = `[python3, ${join(import.meta.dirname, "servers/plain.py")}]`
    writeFileSync(file, `app: { name: plain }\nscaling: { min_concurrency: 1 }\nrunner: { command: ${command} }\n`)
    await ebb.up(file)
    await ebb.serving("plain", 1)
  })

  afterAll(() => ebb.remove())

  test.each([0, 1, 1000, 3_000_000])(
    "gets all %d bytes of a direct call, as many as its caller has said",
    async (size) => {
      const body = randomBytes(size)
      const headers = { authorization: `Key ${ebb.key}` }
      const answer = await fetch(`${ebb.url}/fal.run/local/plain`, { method: "POST", headers, body })
      expect(answer.status).toBe(200)
      expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true)
    }
  )
})

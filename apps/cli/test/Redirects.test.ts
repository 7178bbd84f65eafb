import * as Redirects from "@ebb/cli/clients/Redirects"
import { DataDirectory } from "@ebb/runtime/store/DataDirectory"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, test } from "vitest"

const folder = mkdtempSync(join(tmpdir(), "ebb-redirects-"))
afterAll(() => rmSync(folder, { recursive: true }))

test("what Python compiled for a sandbox at another port goes with it: length and second of both may be the same", async () => {
  const directory = new DataDirectory(folder)
  const { python } = await Redirects.write(directory, "http://localhost:40001")
  const compiled = join(python, "__pycache__")
  mkdirSync(compiled)
  writeFileSync(join(compiled, "sitecustomize.cpython-311.pyc"), "")
  await Redirects.write(directory, "http://localhost:40001")
  assert.isTrue(existsSync(compiled))
  await Redirects.write(directory, "http://localhost:40002")
  assert.isFalse(existsSync(compiled))
  assert.include(readFileSync(join(python, "sitecustomize.py"), "utf8"), "http://localhost:40002")
})

import { type SpawnSyncOptions, spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { pathWithNode } from "../portability/Engines.ts"
import { binary } from "./Ebb.ts"

const here = import.meta.dirname
const bin = join(here, "../../node_modules/.bin")
const data = mkdtempSync(join(tmpdir(), "ebb pointed-"))

/** The whole of it in a network of its own that leads nowhere: what would go to another address fails. */
const isolated = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]

const run = (words: ReadonlyArray<string>, options: SpawnSyncOptions = {}) => {
  const [command = "", ...args] = words
  const { status, stderr, stdout } = spawnSync(command, args, { cwd: here, ...options, encoding: "utf8" })
  return { status, stdout: String(stdout), stderr: String(stderr) }
}

const canIsolate = run([...isolated, "true"]).status === 0
const reason = canIsolate ? "" : " (in the common network: this machine lets nobody make another)"
const hasPython = run(["python3", "-c", ""]).status === 0
const hasFalClient = run(["python3", "-c", "import fal_client"]).status === 0

/** All that a user does, in a shell in which nothing was set before. */
const script = `
"$EBB" up "$HOME/app.yaml" --port 0 --detach $UP >/dev/null || exit 90
eval "$("$EBB" env $ENV_WORDS)"
"$@"
status=$?
"$EBB" down >/dev/null
exit $status
`

interface Given {
  readonly up?: string
  readonly env?: string
  readonly variables?: Readonly<Record<string, string>>
}

const inShell = (words: ReadonlyArray<string>, { env = "", up = "", variables = {} }: Given = {}) =>
  run([...(canIsolate ? isolated : []), "sh", "-c", script, "sh", ...words], {
    env: {
      PATH: `${bin}:${pathWithNode()}`,
      HOME: data,
      EBB_DATA: join(data, "a sandbox"),
      EBB: binary,
      UP: up,
      ENV_WORDS: env,
      DENO_NO_UPDATE_CHECK: "1",
      ...variables
    }
  })

/** An app that answers at once. */
const app = `
app: { name: demo }
scaling: { min_concurrency: 1, max_concurrency: 2, keep_alive: 300s }
runner: { scheduling: 1ms, setup: 1ms, teardown: 1ms, service: 1ms }
`

beforeAll(() => {
  mkdirSync(join(data, "a sandbox"))
  writeFileSync(join(data, "app.yaml"), app)
})

afterAll(() => rmSync(data, { recursive: true, force: true }))

const releases = ["1.0.4", "1.2.3", "1.5.0", "1.7.2", "1.8.5", "1.9.1", "1.9.6"].map((v) => `fal-client-${v}`)
const every = [...releases, "@fal-ai/client"]

describe(`after eval "$(ebb env)"${reason}`, () => {
  const engines = {
    Node: ["node", "--experimental-websocket"],
    Bun: ["bun"],
    Deno: ["deno", "run", "-A", "--no-config", "--no-lock", "--no-remote", "--node-modules-dir=manual"]
  }
  test.each(Object.entries(engines))("programs of every release of @fal-ai/client as they are, on %s", (_, engine) => {
    const { status, stderr, stdout } = inShell([...engine, join(here, "clients/every.mjs"), ...every])
    const said = JSON.stringify([{ a: 1 }, { b: 2 }, { c: 3 }, "a picture", { d: 4 }])
    const expected = [...every.map((name) => `${name} ${said}`), "404", "401"]
    expect(stdout.trim().split("\n"), stderr).toEqual(expected)
    expect(status).toBe(0)
  })

  // The examples of its README, with the id of a function, as a reader has to put one; the key comes from the environment.
  test.each([["node"], ["bun"]])("the README of @fal-ai/client on %s", (engine) => {
    const readme = readFileSync(join(here, "../../node_modules/@fal-ai/client/README.md"), "utf8")
    const [, running = "", queued = ""] = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code ?? "")
    const head = `import { fal } from "@fal-ai/client"\n`
    const scope = (code: string) =>
      `{\n${code.replace("my-function-id", "local/demo")}console.log(result.data.foo)\n}\n`
    const program = join(here, `readme-${engine}.mjs`)
    writeFileSync(program, head + scope(running) + scope(queued))
    try {
      const { stderr, stdout } = inShell([engine, program])
      expect(
        stdout.split("\n").filter((line) => line === "bar"),
        stderr
      ).toEqual(["bar", "bar"])
    } finally {
      rmSync(program)
    }
  })

  test.skipIf(!hasPython)("uploads of fal.toolkit: the package of a deploy with requirements=['.']", () => {
    for (const up of ["", "--no-tls"]) {
      const { stderr, stdout } = inShell(["python3", join(here, "clients/toolkit.py")], { up })
      expect(stdout, stderr).toBe("mypkg-0.1.tar.gz application/gzip a package\n")
    }
  })

  test.skipIf(!hasFalClient)("programs of fal_client as they are: uploads and realtime with a token too", () => {
    const given = { variables: { PYTHONPATH: process.env["PYTHONPATH"] ?? "" } }
    for (const up of ["", "--no-tls"]) {
      const { stderr, stdout } = inShell(["python3", join(here, "clients/python.py")], { ...given, up })
      expect(stdout.trim(), stderr).toBe('[{"a": 1}, {"b": 2}, "a text", {"c": 3}, {"d": 4}, {"e": 5}]')
    }
  })

  // Its README's first example, on an app of that name, which answers with an image as the real one does.
  test.skipIf(!hasFalClient)("the README of fal_client", () => {
    const answer = `export default () => Response.json({ images: [{ url: "an image" }] })\n`
    writeFileSync(join(data, "sdxl.mjs"), answer)
    const sdxl = "app: { name: fast-sdxl }\nscaling: { min_concurrency: 1 }\nrunner: { handler: ./sdxl.mjs }\n"
    writeFileSync(join(data, "sdxl.yaml"), sdxl)
    const program = [
      "import fal_client",
      'response = fal_client.run("fal-ai/fast-sdxl", arguments={"prompt": "a cute cat, realistic, orange"})',
      'print(response["images"][0]["url"])'
    ].join("\n")
    const words = [
      '"$EBB" teams create fal-ai >/dev/null',
      // With the key in the environment it would be the key's team.
      'env -u FAL_KEY "$EBB" deploy "$HOME/sdxl.yaml" --team fal-ai --auth public >/dev/null',
      'python3 -c "$PROGRAM"'
    ].join(" && ")
    const variables = { PYTHONPATH: process.env["PYTHONPATH"] ?? "", PROGRAM: program }
    const { stderr, stdout } = inShell(["sh", "-c", words], { variables })
    expect(stdout, stderr).toBe("an image\n")
  })

  test("Python's own urllib comes here too, and another sitecustomize is loaded as before", () => {
    const folder = join(data, "site")
    mkdirSync(folder)
    writeFileSync(join(folder, "sitecustomize.py"), "print('loaded')\n")
    const program = [
      "import os, urllib.request",
      "headers = {'authorization': 'Key ' + os.environ['FAL_KEY']}",
      "def ask(url):",
      "    request = urllib.request.Request(url, data=b'{}', headers=headers, method='POST')",
      "    return urllib.request.urlopen(request).read().decode()",
      "print(ask('https://fal.run/local/demo'))",
      // Releases of fal_client that know no FAL_QUEUE_RUN_HOST.
      "print('IN_QUEUE' in ask('https://queue.%s/local/demo' % os.environ['FAL_RUN_HOST']))",
      "print('access_url' in ask('https://v3.fal.media/files/upload'))"
    ].join("\n")
    const { stderr, stdout } = inShell(["python3", "-c", program], { variables: { PYTHONPATH: folder } })
    expect(stdout, stderr).toBe("loaded\n{}\nTrue\nTrue\n")
  })
})

test("ebb env keeps what the user had set, names each of its own once, and takes back what it no longer says", () => {
  const both = 'eval "$("$EBB" env --login)"; eval "$("$EBB" env)"; env'
  const before = { NODE_OPTIONS: "--no-warnings", PYTHONPATH: "/own" }
  const { stdout } = inShell(["sh", "-c", both], { variables: before })
  const values = new Map(stdout.split("\n").map((line) => [line.split("=")[0], line.slice(line.indexOf("=") + 1)]))
  const clients = join(data, "a sandbox/clients")
  expect(values.get("NODE_OPTIONS")).toBe(`--no-warnings --require "${clients}/redirect.cjs"`)
  expect(values.get("PYTHONPATH")).toBe(`${clients}/python:/own`)
  expect(values.has("FAL_HOME_DIR")).toBe(false)
  expect(values.has("FAL_FORCE_AUTH_BY_USER")).toBe(false)
  expect(values.get("SSL_CERT_FILE")).toBe(join(data, "a sandbox/tls/bundle.pem"))
})

test("without https it takes back what led there, and says what cannot be led here", () => {
  const tls = { FAL_RUN_HOST: "localhost:1/fal.run", SSL_CERT_FILE: "/other/tls/bundle.pem", FAL_HOME_DIR: "/own" }
  const { stderr, stdout } = inShell(["env"], { up: "--no-tls", variables: tls })
  expect(stderr).toContain("listens without https: Python comes here by PYTHONPATH alone")
  expect(stdout).not.toMatch(/^(FAL_RUN_HOST|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS)=/m)
  expect(stdout).toContain("FAL_HOME_DIR=/own\n")
})

test("--for prints what one kind of client needs", () => {
  const each = 'for client in js cli python; do echo "$client:"; "$EBB" env --for "$client"; done'
  const { stdout } = inShell(["sh", "-c", each])
  const names = stdout.trim().replaceAll(/^export (\w+)=.*$/gm, "$1")
  expect(names.split(/\n?\w+:\n/)).toEqual([
    "",
    "FAL_KEY\nNODE_EXTRA_CA_CERTS\nNODE_OPTIONS\nBUN_INSPECT_PRELOAD",
    "ISOLATE_TEST_MODE\nFAL_GRPC_HOST\nFAL_REST_HOST\nFAL_KEY",
    "FAL_KEY\nFAL_RUN_HOST\nFAL_QUEUE_RUN_HOST\nSSL_CERT_FILE\nPYTHONPATH"
  ])
})

test.skipIf(!canIsolate)("in that network nothing else can be reached", () => {
  const reached = inShell([
    "node",
    "-e",
    "fetch('https://example.com').then(() => process.exit(0), () => process.exit(7))"
  ])
  expect(reached.status).toBe(7)
})

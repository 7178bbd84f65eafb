import { Schema } from "effect"
import {
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync
} from "node:fs"
import { basename, delimiter, dirname, join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import * as Checksums from "../../scripts/pack/Checksums.ts"
import * as Changes from "../../scripts/release/Changes.ts"
import { bin, emptyFolder, printed, root, run } from "./Packed.ts"

let folder: ReturnType<typeof emptyFolder>
beforeEach(() => {
  folder = emptyFolder()
})
afterEach(() => folder.remove())

const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(folder.path, file)), { recursive: true })
  writeFileSync(join(folder.path, file), text)
}
const read = (file: string): string => readFileSync(join(folder.path, file), "utf8")

/** Programs that only write down how they were called; `npm view` knows what is published. */
const fakePrograms = (published: ReadonlyArray<string> = []): NodeJS.ProcessEnv => {
  for (const name of ["npm", "uv", "gh"]) {
    const known = published.map((one) => `"view ${one} version") echo "\${2##*@}"; exit;;`).join("\n")
    write(
      `bin/${name}`,
      `#!/bin/sh\ncase "$*" in\n${known}\n"view "*) exit 1;;\nesac\necho "${name} $*" >> ${folder.path}/calls\n`
    )
    chmodSync(join(folder.path, "bin", name), 0o755)
  }
  const { GITHUB_REF_NAME: _, ...env } = process.env
  return { ...env, PATH: [join(folder.path, "bin"), env["PATH"]].join(delimiter) }
}

const calls = (): ReadonlyArray<string> =>
  existsSync(join(folder.path, "calls")) ? read("calls").trim().replaceAll(`${folder.path}/`, "").split("\n") : []

const workspace = (): void => {
  write(
    "package.json",
    '{ "name": "ebb", "version": "0.1.0", "private": true, "workspaces": ["packages/*", "apps/*"] }\n'
  )
  write(
    "apps/cli/package.json",
    '{ "name": "@ebb/cli", "version": "0.1.0", "private": true, "dependencies": { "@ebb/text": "workspace:*" } }\n'
  )
  write("packages/text/package.json", '{ "name": "@ebb/text", "version": "0.1.0" }\n')
  write("packages/text/src/Version.ts", 'export const version = "0.1.0"\n')
  write("CHANGELOG.md", "# Changes\n\nOne version for all.\n\n## 0.1.0\n\nThe first.\n")
  write(".changeset/config.json", readFileSync(join(root, ".changeset/config.json"), "utf8"))
  printed("git", ["init", "-q", "-b", "main"], folder.path)
  printed(bin("bun"), ["install", "--lockfile-only"], folder.path)
}

const release = (script: string, args: ReadonlyArray<string> = [], env: NodeJS.ProcessEnv = process.env) =>
  run(bin("bun"), [join(root, "scripts/release", script), ...args], folder.path, env)

describe("the next version", () => {
  it("comes from the notes, and stands in every package, the changelog and the program", () => {
    workspace()
    write(".changeset/b.md", '---\n"@ebb/text": patch\n---\n\nOne thing is mended.\n')
    write(".changeset/a.md", '---\n"@ebb/cli": minor\n---\n\nSomething is new,\nand takes two lines.\n')
    const { status, stderr } = release("version.ts")
    assert.strictEqual(status, 0, stderr)
    for (const file of ["package.json", "apps/cli/package.json", "packages/text/package.json"])
      assert.strictEqual(JSON.parse(read(file)).version, "0.2.0", file)
    assert.strictEqual(read("packages/text/src/Version.ts"), 'export const version = "0.2.0"\n')
    const section = "- Something is new,\n  and takes two lines.\n- One thing is mended."
    assert.strictEqual(
      read("CHANGELOG.md"),
      `# Changes\n\nOne version for all.\n\n## 0.2.0\n\n${section}\n\n## 0.1.0\n\nThe first.\n`
    )
    assert.strictEqual(Changes.of(read("CHANGELOG.md"), "0.2.0"), section)
    assert.deepStrictEqual(readdirSync(join(folder.path, ".changeset")), ["config.json"])
  })

  it("is none without a note", () => {
    workspace()
    const { status, stderr } = release("version.ts")
    assert.strictEqual(status, 1)
    assert.match(stderr, /^✘ There is no note in \.changeset[^\n]*\n$/)
    assert.strictEqual(JSON.parse(read("package.json")).version, "0.1.0")
  })
})

/** Tarballs as npm packs them, with nothing in them but their manifest. */
const tarball = (name: string, version = "0.1.0"): void => {
  write("package/package.json", JSON.stringify({ name, version }))
  mkdirSync(join(folder.path, "dist/packages/npm"), { recursive: true })
  const file = `${name.replace("@", "").replace("/", "-")}-${version}.tgz`
  printed("tar", ["-czf", `dist/packages/npm/${file}`, "package"], folder.path)
}

describe("publishing", () => {
  beforeEach(() => {
    workspace()
    for (const name of ["ebb", "@ebb/core", "@ebb/cli-linux-x64"]) tarball(name)
    write("dist/packages/python/ebb_rehearsal-0.1.0-py3-none-any.whl", "")
    write("dist/packages/binaries/ebb-0.1.0-linux-x64", "")
    for (const file of ["LICENSE", "THIRD-PARTY-LICENSES.txt"]) write(`dist/packages/${file}`, "")
    Checksums.write(join(folder.path, "dist/packages/binaries"), globSync(`${folder.path}/dist/packages/binaries/*`))
  })

  it("to npm leaves out what is there, and takes the launcher last", () => {
    const { status, stderr, stdout } = release("publish.ts", ["npm"], fakePrograms(["@ebb/core@0.1.0"]))
    assert.strictEqual(status, 0, stderr)
    assert.match(stdout, /^@ebb\/core@0\.1\.0 is published already\n/)
    assert.deepStrictEqual(calls(), [
      "npm publish dist/packages/npm/ebb-cli-linux-x64-0.1.0.tgz --access public --provenance",
      "npm publish dist/packages/npm/ebb-0.1.0.tgz --access public --provenance"
    ])
  })

  it("to PyPI and GitHub takes the wheels, and the binaries with their checksums and the notes", () => {
    const env = { ...fakePrograms(), GITHUB_REF_NAME: "v0.1.0" }
    for (const target of ["python", "github"]) assert.strictEqual(release("publish.ts", [target], env).status, 0)
    const [python = "", github = ""] = calls()
    assert.match(python, /^uv publish --trusted-publishing always (?:.* )?dist\/packages\/python\/\S+\.whl$/)
    assert.match(
      github,
      /^gh release create v0\.1\.0 --title ebb 0\.1\.0 --notes The first\. --verify-tag dist\/packages\/binaries\/\S+ .*SHA256SUMS/
    )
    // A release has no folders: what was downloaded of it is checked where it lies.
    mkdirSync(join(folder.path, "downloaded"))
    for (const [file] of github.matchAll(/dist\/packages\/\S+/g))
      copyFileSync(join(folder.path, file), join(folder.path, "downloaded", basename(file)))
    assert.strictEqual(
      printed("sha256sum", ["--check", "SHA256SUMS"], join(folder.path, "downloaded")),
      "ebb-0.1.0-linux-x64: OK\n"
    )
  })

  it("has the checksums of all files where they lie", () => {
    const packed = join(folder.path, "dist/packages")
    Checksums.write(packed, globSync(`${packed}/{npm/*.tgz,python/*.whl,binaries/ebb-*}`))
    const lines = printed("sha256sum", ["--check", "SHA256SUMS"], packed).trim().split("\n")
    assert.lengthOf(lines, 5)
    for (const line of lines) assert.match(line, /^(npm|python|binaries)\/\S+: OK$/)
  })

  it("refuses in one sentence what does not belong together", () => {
    const refused = (target: string, env: NodeJS.ProcessEnv = {}): string => {
      const { status, stderr } = release("publish.ts", [target], { ...fakePrograms(), ...env })
      assert.strictEqual(status, 2)
      assert.deepStrictEqual(calls(), [])
      assert.match(stderr, /^✘ [^\n]*\n$/)
      return stderr
    }
    assert.match(refused("somewhere"), /Name where to publish: npm, python, github\./)
    assert.match(
      refused("npm", { GITHUB_REF_NAME: "v0.3.0" }),
      /The tag is v0\.3\.0, and the packages are of version 0\.1\.0\./
    )
    write("CHANGELOG.md", "# Changes\n")
    assert.match(refused("github"), /CHANGELOG\.md says nothing of 0\.1\.0/)
    tarball("@ebb/sim", "0.0.9")
    assert.match(refused("npm"), /ebb-sim-0\.0\.9\.tgz is of version 0\.0\.9, not 0\.1\.0; pack again\./)
  })
})

const Job = Schema.Struct({
  steps: Schema.Array(
    Schema.Struct({ run: Schema.optionalKey(Schema.String), "working-directory": Schema.optionalKey(Schema.String) })
  )
})

describe("the workflows", () => {
  const workflows = globSync(join(root, ".github/workflows/*.yml"))
  const scripts: Record<string, string> = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts

  it.each(workflows)("%s runs only scripts that are there", (file) => {
    const { jobs } = Schema.decodeUnknownSync(Schema.Struct({ jobs: Schema.Record(Schema.String, Job) }))(
      Bun.YAML.parse(readFileSync(file, "utf8"))
    )
    const steps = Object.values(jobs).flatMap((job) => job.steps)
    for (const step of steps) {
      const from = join(root, step["working-directory"] ?? ".")
      for (const [path] of step.run?.matchAll(/(?:\.\.\/)*scripts\/[\w./-]+/g) ?? [])
        assert.isTrue(existsSync(join(from, path)), path)
      for (const [, name = ""] of step.run?.matchAll(/npm (?:run )?(pack|test)\b/g) ?? [])
        assert.property(scripts, name)
    }
    assert.isAbove(steps.length, 5)
  })
})

it("every package has the one version, and the program says it", () => {
  const files = ["package.json", ...globSync("{packages,apps,test}/*/package.json", { cwd: root })]
  const versions = files.map((file) => JSON.parse(readFileSync(join(root, file), "utf8")).version)
  assert.lengthOf([...new Set(versions)], 1)
  assert.include(readFileSync(join(root, "packages/text/src/Version.ts"), "utf8"), `"${versions[0]}"`)
})

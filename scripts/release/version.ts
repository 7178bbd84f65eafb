// The next version, from the notes in .changeset: into every package, the changelog and the program itself.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { run } from "../pack/Run.ts"
import * as Changes from "./Changes.ts"

const root = process.cwd()
const at = (file: string): string => join(root, file)
const edit = (file: string, change: (text: string) => string): void =>
  writeFileSync(at(file), change(readFileSync(at(file), "utf8")))

const notes = Changes.waiting(root)
if (notes.length === 0) {
  process.stderr.write("✘ There is no note in .changeset, so there is nothing to release. Write one: bunx changeset\n")
  process.exit(1)
}
const changeset = join(import.meta.dirname, "../../node_modules/.bin/changeset")
run("bun", ["--bun", changeset, "version"], root)
const { version } = JSON.parse(readFileSync(at("apps/cli/package.json"), "utf8"))
edit("package.json", (text) => text.replace(/("version": ")[^"]+/, `$1${version}`))
edit("packages/text/src/Version.ts", (text) => text.replace(/(version = ")[^"]+/, `$1${version}`))
edit("CHANGELOG.md", (text) => Changes.added(text, version, notes))
run("bun", ["install", "--lockfile-only"], root)
process.stdout.write(
  `${version}, ${notes.length} notes. Commit it, tag it v${version} and push both: the release workflow does the rest\n`
)

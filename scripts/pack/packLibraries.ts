// Packs the libraries into the folder named; prints the tarballs, a line each.
import { join } from "node:path"
import * as Libraries from "./Libraries.ts"
import * as NpmPackages from "./NpmPackages.ts"

const [into = ""] = process.argv.slice(2)
for (const name of Libraries.names) {
  const folder = await Libraries.write(join(into, "folders"), name)
  process.stdout.write(`${NpmPackages.pack(folder, into)}\n`)
}

// Compiles the command line for this machine, with the notices of the libraries beside it.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { compile } from "./Binary.ts"
import * as Notices from "./Notices.ts"

const dist = join(import.meta.dirname, "../../../dist")
await compile({ outfile: join(dist, "ebb"), withSourceMap: true })
writeFileSync(join(dist, "THIRD-PARTY-LICENSES.txt"), Notices.ofBinary(join(import.meta.dirname, "..")))

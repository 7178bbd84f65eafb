// Packs the launcher, and lays out the package and the wheel of this machine around dist/ebb; prints where they are.
import { join } from "node:path"
import * as NpmPackages from "./NpmPackages.ts"
import { platforms } from "./Platforms.ts"
import { root } from "./Release.ts"
import * as Wheel from "./Wheel.ts"

const [into = ""] = process.argv.slice(2)
const here = platforms.find(({ cpu, libc, os }) => os === process.platform && cpu === process.arch && libc !== "musl")
if (here === undefined) throw new Error(`ebb is not packed for ${process.platform}-${process.arch}`)
const binary = join(root, "dist/ebb")
const notices = join(root, "dist/THIRD-PARTY-LICENSES.txt")
const folders = join(into, "folders")
process.stdout.write(`${NpmPackages.pack(NpmPackages.writeLauncher(folders), into)}\n`)
process.stdout.write(`${NpmPackages.writePlatform(folders, here, binary, notices)}\n`)
process.stdout.write(`${Wheel.write(into, here, binary, notices, 0)}\n`)

// `npm run pack`: sets up, then writes what is published into dist/packages; names of platforms limit it to those.
import { environment, run, setUp } from "./setup.mjs"

setUp()
const env = environment()
if (run("turbo", ["run", "build", "--filter=./packages/*", "--output-logs=errors-only"], { env }) !== 0) process.exit(1)
process.exit(run("bun", ["scripts/pack/pack.ts", ...process.argv.slice(2)], { env }))

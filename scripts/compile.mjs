// Compiles the command line to one file, dist/ebb.
import { pathToFileURL } from "node:url"
import { environment, run, setUp } from "./setup.mjs"

export const compile = () => {
  process.stderr.write("Compiling dist/ebb …\n")
  const status = run("turbo", ["run", "@ebb/cli#build", "--output-logs=errors-only"], {
    env: environment(),
    stdio: ["ignore", "ignore", "inherit"]
  })
  if (status !== 0) process.exit(status)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  setUp()
  compile()
}

// `npm start`: sets up, compiles the binary to dist/ebb and rehearses the built-in example.
import { compile } from "./compile.mjs"
import { run, setUp } from "./setup.mjs"

setUp()
compile()
process.exit(run("dist/ebb", ["rehearse", "--preset", "llm"]))

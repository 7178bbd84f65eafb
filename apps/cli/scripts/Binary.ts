import { names } from "@ebb/cli/clients/Sources"
import { topics } from "@ebb/cli/commands/docs/Documents"
import { bundle, pageNames } from "@ebb/dashboard/Bundle"
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"

const here = import.meta.dirname
const pagesFolder = join(here, "../dist/pages")

/** What a binary is made from and for. */
export interface Options {
  readonly outfile: string
  /** Keeps the source map, so that --debug, --pdb and --cprofile speak of files and lines of the source. */
  readonly withSourceMap: boolean
  /** Another machine that it is for, and the Bun of that machine; without it this one. */
  readonly other?: { readonly target: Bun.Build.CompileTarget; readonly executablePath: string }
}

/** Bundles every page; answers the module that stands for @ebb/dashboard/Assets in the binary. */
const embedded = async (): Promise<string> => {
  mkdirSync(pagesFolder, { recursive: true })
  const imports: Array<string> = []
  for (const name of pageNames) {
    const file = join(pagesFolder, `${name}.json`)
    writeFileSync(file, JSON.stringify(await bundle(name)))
    imports.push(`import ${name} from ${JSON.stringify(file)} with { type: "file" }`)
  }
  return `${imports.join("\n")}
const files = { ${pageNames.join(", ")} }
export const load = (name) => Bun.file(files[name]).json()
`
}

/** What stands for commands/docs/Documents in the binary: the documents as files of it. */
const documents = (): string => {
  const imports = topics.map((topic, at) => {
    const file = join(here, "../../../docs", `${topic}.md`)
    return `import document${at} from ${JSON.stringify(file)} with { type: "file" }`
  })
  const files = topics.map((topic, at) => `${JSON.stringify(topic)}: document${at}`)
  return `${imports.join("\n")}
const files = { ${files.join(", ")} }
export const topics = ${JSON.stringify(topics)}
export const read = (topic) => Bun.file(files[topic]).text()
`
}

/** What stands for jobs/WorkerUrl in the binary, where every entry is a file beside that of the command line. */
const workerUrl = `export const workerUrl = new URL("./jobs/Worker.ts", import.meta.url).href`

/** What stands for clients/Sources in the binary. */
const clientSources = (): string => {
  const imports = names.map((name, at) => {
    const file = join(here, "../src/clients", name)
    return `import source${at} from ${JSON.stringify(file)} with { type: "text" }`
  })
  const texts = names.map((name, at) => `${JSON.stringify(name)}: source${at}`)
  return `${imports.join("\n")}
const texts = { ${texts.join(", ")} }
export const names = ${JSON.stringify(names)}
export const read = (name) => Promise.resolve(texts[name])
`
}

/** Compiles the command line to one file, the pages in it as files of their own that are read when one is written. */
export const compile = async ({ other, outfile, withSourceMap }: Options): Promise<void> => {
  const contents = await embedded()
  const scratch = `${outfile}.parts`
  const made = join(scratch, basename(outfile))
  const { logs, success } = await Bun.build({
    entrypoints: [join(here, "../src/main.ts"), join(here, "../src/jobs/Worker.ts")],
    // Names stay in it, so that a stack trace speaks of functions of the source.
    minify: { whitespace: true, syntax: true, keepNames: true },
    sourcemap: withSourceMap ? "inline" : "none",
    bytecode: true,
    format: "esm",
    // A command loads its own modules, not those of all the others.
    splitting: true,
    compile: { outfile: made, autoloadDotenv: false, autoloadBunfig: false, ...other },
    plugins: [
      {
        name: "embedded files",
        setup: (build) => {
          build.onLoad({ filter: /dashboard\/src\/Assets\.ts$/ }, () => ({ contents, loader: "js" }))
          build.onLoad({ filter: /cli\/src\/jobs\/WorkerUrl\.ts$/ }, () => ({ contents: workerUrl, loader: "js" }))
          build.onLoad({ filter: /commands\/docs\/Documents\.ts$/ }, () => ({ contents: documents(), loader: "js" }))
          build.onLoad({ filter: /clients\/Sources\.ts$/ }, () => ({ contents: clientSources(), loader: "js" }))
        }
      }
    ]
  })
  for (const log of logs) process.stderr.write(`${String(log)}\n`)
  if (success) renameSync(made, outfile)
  // The source maps are in the binary as well.
  rmSync(scratch, { recursive: true, force: true })
  if (!success) throw new Error(`${outfile} could not be compiled; see above`)
}

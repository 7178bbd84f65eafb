import { join } from "node:path"

/** The pages, each with an entry of its own under src/pages. */
export const pageNames = ["report", "rollout", "play", "plan", "live"] as const
export type PageName = (typeof pageNames)[number]

/** What a page runs and how it looks, each as one text. */
export interface Bundle {
  readonly script: string
  readonly style: string
}

/** A log of numerical routines that only Node can print: without it nothing in the bundle asks for Node. */
const quiet: Bun.BunPlugin = {
  name: "quiet",
  setup: (build) => {
    build.onResolve({ filter: /^debug$/ }, ({ path }) => ({ path, namespace: "quiet" }))
    build.onLoad({ filter: /.*/, namespace: "quiet" }, () => ({
      contents: "module.exports = () => () => {}",
      loader: "js"
    }))
  }
}

/** Bundles a page from its sources; needs Bun and the sources at hand. */
export const bundle = async (name: PageName): Promise<Bundle> => {
  const { outputs } = await Bun.build({
    entrypoints: [join(import.meta.dirname, "pages", `${name}.tsx`)],
    target: "browser",
    format: "iife",
    minify: true,
    plugins: [quiet],
    define: { "process.env.NODE_ENV": '"production"' }
  })
  const textOf = async (ending: string): Promise<string> => {
    const output = outputs.find(({ path }) => path.endsWith(ending))
    return output === undefined ? "" : output.text()
  }
  return { script: await textOf(".js"), style: await textOf(".css") }
}

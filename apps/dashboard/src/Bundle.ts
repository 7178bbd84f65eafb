import { join } from "node:path"

/** The pages, each with an entry of its own under src/pages. */
export const pageNames = ["report", "play"] as const
export type PageName = (typeof pageNames)[number]

/** What a page runs and how it looks, each as one text. */
export interface Bundle {
  readonly script: string
  readonly style: string
}

/** Bundles a page from its sources; needs Bun and the sources at hand. */
export const bundle = async (name: PageName): Promise<Bundle> => {
  const { outputs } = await Bun.build({
    entrypoints: [join(import.meta.dirname, "pages", `${name}.tsx`)],
    target: "browser",
    format: "iife",
    minify: true,
    define: { "process.env.NODE_ENV": '"production"' }
  })
  const textOf = async (ending: string): Promise<string> => {
    const output = outputs.find(({ path }) => path.endsWith(ending))
    return output === undefined ? "" : output.text()
  }
  return { script: await textOf(".js"), style: await textOf(".css") }
}

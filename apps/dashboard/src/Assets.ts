import { bundle, type Bundle, type PageName } from "./Bundle.ts"

/** The bundle of a page, made on demand; the compiled binary has this module replaced by one with the bundles in it. */
export const load = (name: PageName): Promise<Bundle> => bundle(name)

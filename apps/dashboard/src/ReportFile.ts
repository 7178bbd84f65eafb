import * as Assets from "./Assets.ts"
import * as Page from "./Page.ts"
import type { RehearsalPage } from "./PageData.ts"

/** The page of a finished rehearsal as one HTML file. */
export const render = async (data: RehearsalPage): Promise<string> =>
  Page.render({ title: `${data.name} · ebb rehearsal`, data, bundle: await Assets.load("report") })

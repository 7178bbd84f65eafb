import * as Assets from "./Assets.ts"
import * as Page from "./Page.ts"
import type { PlanPage } from "./PageData.ts"

/** The page of a plan as one HTML file. */
export const render = async (data: PlanPage): Promise<string> =>
  Page.render({ title: `${data.name} · ebb plan`, data, bundle: await Assets.load("plan") })

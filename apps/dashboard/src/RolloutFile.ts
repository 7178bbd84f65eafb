import * as Assets from "./Assets.ts"
import * as Page from "./Page.ts"
import type { RolloutPage } from "./PageData.ts"

/** The page of one rollout as one HTML file. */
export const render = async (data: RolloutPage): Promise<string> => {
  const { app, id } = data.rollout
  return Page.render({ title: `${id} of ${app} · ebb rollout`, data, bundle: await Assets.load("rollout") })
}

import * as Assets from "./Assets.ts"
import * as Page from "./Page.ts"
import type { PlayPage } from "./PageData.ts"

/** The page to play with as one HTML file, the simulator in it. */
export const render = async (data: PlayPage): Promise<string> =>
  Page.render({ title: `${data.name} · play with ebb`, data, bundle: await Assets.load("play") })

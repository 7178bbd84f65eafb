import { dataId } from "../Page.ts"

/** The data that this page was written with. */
export const read = <A>(): A => JSON.parse(document.getElementById(dataId)?.textContent ?? "null") as A

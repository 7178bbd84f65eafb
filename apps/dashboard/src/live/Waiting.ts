import * as Format from "@ebb/text/Format"

/** `1 request waits`, `6 requests wait` */
export const of = (count: number): string => `${Format.counted(count, "request")} ${count === 1 ? "waits" : "wait"}`

import * as Format from "@ebb/text/Format"

const minuteMs = 60_000
/** About an hour: what a clock is put back by, give or take what a request takes. */
const [leastMs, mostMs] = [50 * minuteMs, 70 * minuteMs]
/** More of them than these: the file is in no order, and they say nothing. */
const jumpsMost = 4

/** Where the times of a file, in order elsewhere, go back by about an hour and stay there. */
export class ClockJumps {
  private lastMs = NaN
  private beforeMs = NaN
  private jumps = 0
  private others = 0

  /** The time of the next row. */
  next(ms: number): void {
    const backMs = this.lastMs - ms
    const isStraggler = ms >= this.beforeMs && this.isJump(this.beforeMs - this.lastMs)
    if (isStraggler) this.jumps--
    if (this.isJump(backMs)) this.jumps++
    else if (backMs > leastMs) this.others++
    this.beforeMs = this.lastMs
    this.lastMs = ms
  }

  private isJump(backMs: number): boolean {
    return backMs >= leastMs && backMs <= mostMs
  }

  note(): ReadonlyArray<string> {
    if (this.jumps === 0 || this.jumps > jumpsMost || this.others > 0) return []
    return [
      `times go back by about an hour at ${Format.counted(this.jumps, "place")} of the file, as local times do at the end of summer time: then two hours of requests count as one; write times in UTC or with an offset`
    ]
  }
}

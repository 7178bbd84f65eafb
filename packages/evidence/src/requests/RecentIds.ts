const idsMost = 500_000
const slots = 1 << 20

/** 53 bits of a text (cyrb53): of a million ids two have the same once in ten thousand logs. */
const hashOf = (text: string): number => {
  let [one, two] = [0xdeadbeef, 0x41c6ce57]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    one = Math.imul(one ^ code, 2_654_435_761)
    two = Math.imul(two ^ code, 1_597_334_677)
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(two ^ (two >>> 13), 3_266_489_909)
  two = Math.imul(two ^ (two >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909)
  return 4_294_967_296 * (2_097_151 & two) + (one >>> 0)
}

/** Hashes by open addressing; 0 is an empty slot. */
class Hashes {
  private readonly table = new Float64Array(slots)
  count = 0

  private slotOf(hash: number): number {
    let slot = hash % slots
    while (this.table[slot] !== 0 && this.table[slot] !== hash) slot = (slot + 1) % slots
    return slot
  }

  has(hash: number): boolean {
    return this.table[this.slotOf(hash)] === hash
  }

  add(hash: number): void {
    this.table[this.slotOf(hash)] = hash
    this.count++
  }
}

/** Ids of the last half to one million rows, in flat memory. */
export class RecentIds {
  private young = new Hashes()
  private old: Hashes | null = null

  /** Whether the id was there already; it is from now on. */
  add(id: string): boolean {
    const hash = hashOf(id) || 1
    if (this.young.has(hash) || this.old?.has(hash) === true) return true
    this.young.add(hash)
    if (this.young.count === idsMost) {
      this.old = this.young
      this.young = new Hashes()
    }
    return false
  }
}

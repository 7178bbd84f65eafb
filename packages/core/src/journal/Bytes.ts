import { encoder } from "./Utf8.ts"

const zero = 48
const point = 46
const beyondAscii = 128
/** A unit of a string takes at most so many bytes in UTF-8. */
const bytesPerUnitMax = 3
const wholeBelow = 2 ** 31
const digitsMax = 10

const digitsOf = (value: number): number => {
  let digits = 1
  for (let more = 10; value >= more; more *= 10) digits++
  return digits
}

/** Text in UTF-8 that is put together piece by piece, without a string for each. */
export class Bytes {
  all: Uint8Array
  length = 0

  constructor(capacity: number) {
    this.all = new Uint8Array(capacity)
  }

  /** Makes room for so many bytes more. */
  reserve(bytes: number): void {
    if (this.length + bytes <= this.all.length) return
    const larger = new Uint8Array(Math.max(this.all.length * 2, this.length + bytes))
    larger.set(this.all.subarray(0, this.length))
    this.all = larger
  }

  byte(value: number): void {
    this.reserve(1)
    this.all[this.length++] = value
  }

  text(text: string): void {
    this.reserve(text.length * bytesPerUnitMax)
    const { all, length } = this
    for (let n = 0; n < text.length; n++) {
      const unit = text.charCodeAt(n)
      if (unit >= beyondAscii) return this.encoded(text)
      all[length + n] = unit
    }
    this.length += text.length
  }

  private encoded(text: string): void {
    this.length += encoder.encodeInto(text, this.all.subarray(this.length)).written
  }

  /** In the digits that JavaScript writes. */
  number(value: number): void {
    if (!(value >= 0 && value < wholeBelow)) return this.text(`${value}`)
    const whole = value | 0
    if (whole === value) return this.whole(whole)
    const thousandths = Math.round((value - whole) * 1000)
    // With three decimals there are so few digits that no shorter text means the same double.
    if ((whole * 1000 + thousandths) / 1000 !== value) return this.text(`${value}`)
    this.whole(whole)
    this.decimals(thousandths)
  }

  /** From 0 to 2^31 - 1. */
  private whole(value: number): void {
    if (value < 10) return this.byte(zero + value)
    this.reserve(digitsMax)
    const digits = digitsOf(value)
    for (let rest = value, at = this.length + digits; at > this.length;) {
      const tenth = (rest / 10) | 0
      this.all[--at] = zero + rest - tenth * 10
      rest = tenth
    }
    this.length += digits
  }

  /** From 1 to 999; without the zeros at their end. */
  private decimals(thousandths: number): void {
    this.byte(point)
    for (let rest = thousandths, unit = 100; rest > 0; unit /= 10) {
      const digit = Math.floor(rest / unit)
      this.byte(zero + digit)
      rest -= digit * unit
    }
  }

  /** A piece of other bytes. */
  copy(from: Uint8Array): void {
    this.reserve(from.length)
    this.all.set(from, this.length)
    this.length += from.length
  }

  clear(): void {
    this.length = 0
  }
}

/** A list of numbers that grows, eight bytes each. */
export class NumberList {
  private array = new Float64Array(1024)
  length = 0

  push(value: number): void {
    if (this.length === this.array.length) {
      const larger = new Float64Array(this.length * 2)
      larger.set(this.array)
      this.array = larger
    }
    this.array[this.length++] = value
  }

  get first(): number {
    return this.array[0]!
  }

  get last(): number {
    return this.array[this.length - 1]!
  }

  toArray(): Float64Array {
    return this.array.slice(0, this.length)
  }
}

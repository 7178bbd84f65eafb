/** Which cell of the grid each runner has: it keeps it while it lives, and whoever comes next takes a free one. */
export class Places {
  /** Runners by cell; null where none is. */
  cells: Array<string | null> = []
  private readonly byId = new Map<string, number>()
  private readonly free: Array<number> = []

  add(id: string): void {
    if (this.byId.has(id)) return
    const cell = this.free.shift() ?? this.cells.length
    this.cells[cell] = id
    this.byId.set(id, cell)
  }

  remove(id: string): void {
    const cell = this.byId.get(id)
    if (cell === undefined) return
    this.byId.delete(id)
    this.cells[cell] = null
    this.free.push(cell)
  }

  get hasGaps(): boolean {
    return this.free.length > 0
  }

  /** Runners move together, in their order. */
  closeUp(): void {
    this.cells = this.cells.filter((id) => id !== null)
    this.free.length = 0
    this.cells.forEach((id, cell) => id !== null && this.byId.set(id, cell))
  }

  clear(): void {
    this.cells = []
    this.free.length = 0
    this.byId.clear()
  }

  of(id: string): number | null {
    return this.byId.get(id) ?? null
  }
}

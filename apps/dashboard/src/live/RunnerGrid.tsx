import { useEffect, useId, useRef } from "preact/hooks"
import { keepPainted } from "../views/Repaint.ts"
import type { Board } from "@ebb/protocol/live/Board"
import { cellAt, nextOf, placeOf } from "./GridLayout.ts"
import { GridPainter } from "./GridPainter.ts"
import * as RunnerWords from "./RunnerWords.ts"

interface Props {
  readonly board: Board
  /** The runner that is looked at; null for none. */
  readonly chosen: string | null
  readonly onChoose: (runner: string | null) => void
}

/** How far each key goes; `row` is the number of cells in one. */
const steps: Readonly<Record<string, (row: number) => number>> = {
  ArrowRight: () => 1,
  ArrowLeft: () => -1,
  ArrowDown: (row) => row,
  ArrowUp: (row) => -row,
  Home: () => -Infinity,
  End: () => Infinity
}

const Ring = ({
  chosen,
  board,
  painter
}: Pick<Props, "board" | "chosen"> & { readonly painter: GridPainter | null }) => {
  const cell = chosen === null ? null : board.places.of(chosen)
  if (cell === null || painter === null) return null
  const { x, y } = placeOf(painter.layout, cell)
  const { sizePx } = painter.layout
  return <div class="ring" style={{ left: `${x}px`, top: `${y}px`, width: `${sizePx}px`, height: `${sizePx}px` }} />
}

/** The runners of an app, a cell each: colour and pattern say its state, the number what is in flight on it. */
export const RunnerGrid = ({ board, chosen, onChoose }: Props) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const painter = useRef<GridPainter | null>(null)
  const latest = useRef(board)
  latest.current = board
  const option = useId()
  useEffect(() => {
    const own = new GridPainter(canvas.current!)
    painter.current = own
    const paint = (): void => own.paint(latest.current)
    const again = (): void => {
      own.forget()
      paint()
    }
    const sizes = new ResizeObserver(paint)
    sizes.observe(canvas.current!.parentElement!)
    const forget = keepPainted({ repaint: again, paper: again })
    return () => {
      sizes.disconnect()
      forget()
    }
  }, [])
  useEffect(() => painter.current?.paint(board))
  useEffect(() => painter.current?.forget(), [board])
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = steps[event.key]?.(painter.current?.layout.columns ?? 1)
    if (event.key === "Escape") onChoose(null)
    if (step === undefined) return
    event.preventDefault()
    onChoose(nextOf(board.places, chosen, step))
  }
  const onClick = ({ offsetX, offsetY }: MouseEvent): void => {
    const cell = painter.current === null ? null : cellAt(painter.current.layout, offsetX, offsetY)
    onChoose(cell === null ? null : (board.places.cells[cell] ?? null))
  }
  const runner = chosen === null ? undefined : board.runners.get(chosen)
  return (
    <div
      class="runner-grid"
      role="listbox"
      tabIndex={0}
      aria-label={RunnerWords.summary(board)}
      aria-activedescendant={runner === undefined ? undefined : option}
      onKeyDown={onKeyDown}
    >
      <canvas ref={canvas} aria-hidden="true" onClick={onClick} />
      <Ring chosen={chosen} board={board} painter={painter.current} />
      <span
        class="hidden"
        id={option}
        role="option"
        aria-selected={runner !== undefined}
        aria-setsize={board.runners.size}
        aria-posinset={runner === undefined ? undefined : RunnerWords.position(board, runner.id)}
      >
        {runner === undefined ? "No runner chosen; arrow keys choose one" : RunnerWords.short(runner)}
      </span>
    </div>
  )
}

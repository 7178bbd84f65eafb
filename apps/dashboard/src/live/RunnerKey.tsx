import * as Format from "@ebb/text/Format"
import { useLayoutEffect, useRef } from "preact/hooks"
import { keepPainted } from "../views/Repaint.ts"
import type { Board } from "@ebb/protocol/live/Board"
import { Cells } from "./CellPatterns.ts"
import * as RunnerWords from "./RunnerWords.ts"
import { look, type LookName } from "./States.ts"

const sizePx = 16

const Swatch = ({ name }: { readonly name: LookName }) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  // Before the first frame: a swatch is not seen empty.
  useLayoutEffect(() => {
    const paint = (): void => {
      const own = canvas.current!
      const scale = devicePixelRatio
      own.width = sizePx * scale
      own.height = sizePx * scale
      own.getContext("2d")!.drawImage(new Cells(own, sizePx, scale).of(name), 0, 0)
    }
    paint()
    return keepPainted({ repaint: paint, paper: paint })
  }, [name])
  return <canvas ref={canvas} class="key-cell" aria-hidden="true" />
}

/** What the cells of the grid mean, and how many there are of each. */
export const RunnerKey = ({ board }: { readonly board: Board }) => (
  <ul class="runner-key">
    {RunnerWords.counts(board).map(([name, count]) => (
      <li key={name} title={look(name).meaning}>
        <Swatch name={name} />
        {Format.integer(count)} <span class="quiet">{look(name).name}</span>
      </li>
    ))}
  </ul>
)

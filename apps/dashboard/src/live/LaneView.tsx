import type { ComponentChildren } from "preact"
import { useEffect, useRef } from "preact/hooks"
import { keepPainted } from "../views/Repaint.ts"
import { Lane, type LaneData, type LaneStyle } from "./Lane.ts"
import { clock, type Span } from "./TimeAxis.ts"

interface Props {
  readonly title: string
  /** What stands beside the title: the numbers of now. */
  readonly children: ComponentChildren
  /** The chart in a sentence, for those who do not see it. */
  readonly described: string
  readonly style: LaneStyle
  readonly data: LaneData
  readonly span: Span
}

const readingOf = ({ data, style }: Props, index: number | null): string => {
  const atMs = index === null ? undefined : data.atMs[index]
  if (index === null || atMs === undefined) return ""
  const values = data.columns.map((column) => column[index] ?? null)
  return `${clock(atMs)}: ${values.map((value) => (value === null ? "–" : style.tick(value))).join(" / ")}`
}

/** One chart of the stack, with its title and what is true now. */
export const LaneView = (props: Props) => {
  const { children, data, described, span, style, title } = props
  const host = useRef<HTMLDivElement>(null)
  const reading = useRef<HTMLSpanElement>(null)
  const lane = useRef<Lane | null>(null)
  const latest = useRef(props)
  latest.current = props
  useEffect(() => {
    const element = host.current!
    const own = new Lane(element, latest.current.style, latest.current.span, (index) => {
      if (reading.current !== null) reading.current.textContent = readingOf(latest.current, index)
    })
    lane.current = own
    const sizes = new ResizeObserver(() => own.resize(element.clientWidth, latest.current.style.heightPx))
    sizes.observe(element)
    const forget = keepPainted({ repaint: () => own.repaint(), paper: () => own.repaint() })
    return () => {
      sizes.disconnect()
      forget()
      own.destroy()
    }
  }, [])
  useEffect(() => lane.current?.draw(data, span), [data, span])
  return (
    <figure class="lane">
      <figcaption>
        <span class="lane-title">{title}</span> {children} <span class="reading quiet" ref={reading} />
      </figcaption>
      <div ref={host} class="lane-plot" role="img" aria-label={described} style={{ height: `${style.heightPx}px` }} />
    </figure>
  )
}

import type { Never } from "@ebb/sim/report/Never"
import * as Terminal from "../../kit/Terminal.ts"
import * as Paragraph from "./Paragraph.ts"
import type { Answer, Part } from "./Part.ts"

/** The parts that were asked for, with their answers. */
export type Answered = ReadonlyArray<{ readonly part: Part; readonly answer: Answer }>

/** A plan as the terminal shows it. */
export interface Planned {
  readonly name: string
  readonly never: Never | null
  readonly answers: Answered
}

const widthMax = 100

/** The answers of all parts, and under them what they stand on. */
export const render = ({ answers, name, never }: Planned, terminal: Terminal.Terminal): string => {
  const width = Math.min(terminal.columns ?? 80, widthMax)
  const title = (text: string): string => Terminal.paint(terminal, "bold", Terminal.plain(terminal, text))
  const impossible = never === null ? [] : [Paragraph.lines(Paragraph.noAnswer(never.sentence), terminal, width)]
  const said = answers.map(({ answer, part }) => [
    title(`${part.title} · ${name}`),
    ...Paragraph.lines(answer.said, terminal, width)
  ])
  const details = answers.flatMap(({ answer, part }) => {
    const lines = answer.details(terminal, width)
    if (lines.length === 0) return []
    return [answers.length === 1 ? lines : [title(part.title), ...lines]]
  })
  return `${[...impossible, ...said, ...details].map((lines) => lines.join("\n")).join("\n\n")}\n`
}

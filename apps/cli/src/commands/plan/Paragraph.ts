import type { Said } from "@ebb/dashboard/PageData"
import { wrap } from "@ebb/text/Wrap"
import * as Terminal from "../../kit/Terminal.ts"

export type { Said } from "@ebb/dashboard/PageData"

const proseMax = 90

/** The answer to the question. */
export const answer = (text: string): ReadonlyArray<Said> => [{ kind: "answer", text }]

/** That there is none, or what has to be minded. */
export const noAnswer = (text: string): ReadonlyArray<Said> => [{ kind: "warning", text }]

/** What else is to be known. */
export const reason = (text: string): ReadonlyArray<Said> => [{ kind: "reason", text }]

const looks = {
  answer: { unicode: "►", ascii: ">", tone: "boldGreen" },
  warning: { unicode: "!", ascii: "!", tone: "yellow" },
  reason: { unicode: "·", ascii: "-", tone: null }
} as const

/** Each behind its mark, further lines below its first word; each line in the tone, as a terminal may end colours with it. */
export const lines = (said: ReadonlyArray<Said>, terminal: Terminal.Terminal, width: number): ReadonlyArray<string> =>
  said.flatMap(({ kind, text }) => {
    const { ascii, tone, unicode } = looks[kind]
    const sign = terminal.unicode ? unicode : ascii
    return wrap(Terminal.plain(terminal, text), Math.min(width, proseMax) - 2).map((line, at) => {
      const whole = `${at === 0 ? sign : " "} ${line}`
      return tone === null ? whole : Terminal.paint(terminal, tone, whole)
    })
  })

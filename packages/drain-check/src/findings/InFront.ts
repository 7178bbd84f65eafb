import { basename } from "node:path"
import * as Format from "@ebb/text/Format"
import type { Rollout } from "../CheckReport.ts"
import { cutText, type Facts, howItEnded, isLeftAlone, isShielded } from "./Facts.ts"
import type { Row } from "./Row.ts"

const isShell = (word: string): boolean => /^(ash|bash|busybox|dash|ksh|sh|zsh)$/u.test(basename(word))

/** How the server comes to be the first process, or the one behind an init. */
export const directly = ({ settings }: Facts): string =>
  settings.command.some(isShell)
    ? "Let the server take the place of its shell: put exec before the last command of the shell."
    : "Start the server directly."

/** The first process is not the server, and whether it passes the signal on was not seen. */
export const mayHoldBack = ({ listensItself }: Rollout): boolean => !listensItself

export const heldBackText = ({ signal }: Rollout, { firstProgram }: Facts): string =>
  `Either the server does nothing about ${signal}, or ${firstProgram}, the first process, does not pass it on.`

/** A first process that is not the server keeps the signal, or its own end takes the server along. */
export const problems: ReadonlyArray<Row> = [
  {
    code: "signal-not-passed-on",
    kind: "problem",
    of: "either",
    when: isShielded,
    says: (rollout, { firstProgram }) => {
      const { cut, disposition, signal } = rollout
      const did = disposition === "ignored" ? "ignores it" : "has no handler for it and ended by it"
      return `${signal} never reached the server${cut > 0 ? `: ${cutText(rollout)}` : ""}. It went to ${firstProgram}, the first process, which ${did}.`
    },
    remedy: (_, facts) => directly(facts)
  },
  {
    code: "ends-before-server",
    kind: "problem",
    of: "either",
    when: isLeftAlone,
    says: (rollout, { firstProgram }) => {
      const { cut, exit, servesOn, signal } = rollout
      const ended = `ended ${Format.duration(exit.afterMs)} after ${signal} ${howItEnded(rollout)}`
      const lost = cut > 0 ? `: ${cutText(rollout)}` : ""
      const [server, why] = servesOn
        ? [" went on listening", `does not pass ${signal} on, or does not wait for the server to end`]
        : [", its listener closed, was still running", "does not wait for the server to end"]
      return (
        `${firstProgram}, the first process, ${ended}, while the server${server}; a container ends with its first process${lost}. ` +
        `What stands in front of the server (${firstProgram}, or a shell that it runs) ${why}.`
      )
    },
    remedy: (_, facts) =>
      `${directly(facts)} Whatever stays in front of it must pass the signal on, and end only when the server has.`
  }
]

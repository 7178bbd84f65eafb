import type { Io, Sink } from "@ebb/cli/kit/Io"

export interface FakeIo {
  readonly io: Io
  readonly out: () => string
  readonly err: () => string
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>
  readonly terminal?: boolean
  readonly columns?: number
  readonly rows?: number
  readonly cwd?: string
  readonly answers?: ReadonlyArray<string>
  readonly interrupted?: AbortSignal
  readonly unread?: AbortSignal
  readonly nowMs?: () => number
  /** Is told what is written to stdout. */
  readonly onOut?: (text: string) => void
}

const sinkOf = (
  parts: Array<string>,
  { columns, rows, terminal = false }: Surroundings,
  onText: (text: string) => void = () => {}
): Sink => ({
  write: (text) => {
    parts.push(text)
    onText(text)
  },
  isTerminal: terminal,
  columns,
  rows
})

/** Surroundings that keep what is written; answers are read from stdin as if typed. */
export const make = (surroundings: Surroundings = {}): FakeIo => {
  const out: Array<string> = []
  const err: Array<string> = []
  const answers = [...(surroundings.answers ?? [])]
  const io: Io = {
    stdout: sinkOf(out, surroundings, surroundings.onOut),
    stderr: sinkOf(err, surroundings),
    stdin: {
      isTerminal: surroundings.answers !== undefined,
      readLine: async () => answers.shift() ?? null,
      keys: async () => () => {}
    },
    env: surroundings.env ?? {},
    cwd: surroundings.cwd ?? "/nowhere",
    pid: 4711,
    interrupted: surroundings.interrupted ?? new AbortController().signal,
    unread: surroundings.unread ?? new AbortController().signal,
    beforeExit: () => () => {},
    nowMs: surroundings.nowMs ?? Date.now
  }
  return { io, out: () => out.join(""), err: () => err.join("") }
}

import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Whether Debian's tmux is there; the tests that need it say so when it is not. */
export const isThere = spawnSync("tmux", ["-V"]).status === 0

const settings = ["set -g status off", "set -g escape-time 0"]

// Says how the program ended and whether it left the terminal reading keys one by one.
const shell = 'trap : INT; "$@"; echo "exit $?"; stty -a | grep -q -- -icanon && echo raw; read -r _'

interface Opened {
  readonly columns: number
  readonly rows: number
  readonly command: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
}

const lookEveryMs = 50

/** A program in a terminal of its own. */
export class Pane {
  private readonly folder = mkdtempSync(join(tmpdir(), "ebb-pane-"))

  constructor({ columns, command, env, rows }: Opened) {
    const file = join(this.folder, "tmux.conf")
    writeFileSync(file, settings.join("\n"))
    const size = ["-x", `${columns}`, "-y", `${rows}`]
    const variables = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`])
    this.tmux("-f", file, "new-session", "-d", ...size, ...variables, "sh", "-c", shell, "sh", ...command)
  }

  private tmux(...args: ReadonlyArray<string>): string {
    const { status, stderr, stdout } = spawnSync("tmux", ["-u", "-S", join(this.folder, "socket"), ...args], {
      encoding: "utf8"
    })
    if (status !== 0) throw new Error(`tmux ${args[0]}: ${stderr}`)
    return stdout
  }

  /** What it shows, blanks at the ends of lines and empty lines at the end left out. */
  text(): string {
    return `${this.tmux("capture-pane", "-p").trimEnd()}\n`
  }

  private format(what: string): string {
    return this.tmux("display-message", "-p", what).trim()
  }

  /** The program itself: the child of the shell in the pane. */
  get pid(): number {
    const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    const processes = stdout
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/).map(Number))
    return processes.find(([, parent]) => parent === Number(this.format("#{pane_pid}")))![0]!
  }

  /** Whether the terminal is as a program should leave it: no other screen, a cursor, lines that wrap, whole lines read. */
  get isRestored(): boolean {
    return this.format("#{alternate_on} #{cursor_flag} #{wrap_flag}") === "0 1 1" && !/^raw$/m.test(this.text())
  }

  press(...keys: ReadonlyArray<string>): void {
    this.tmux("send-keys", ...keys)
  }

  resize(columns: number, rows: number): void {
    this.tmux("resize-window", "-x", `${columns}`, "-y", `${rows}`)
  }

  private async until<A>(look: () => A | null): Promise<A> {
    for (;;) {
      const seen = look()
      if (seen !== null) return seen
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
    }
  }

  /** What it shows once all of that is in it and it shows the same twice: a picture is not looked at while it is drawn. */
  shows(...parts: ReadonlyArray<string>): Promise<string> {
    let before = ""
    return this.until(() => {
      const text = this.text()
      const isIt = text === before && parts.every((part) => text.includes(part))
      before = text
      return isIt ? text : null
    })
  }

  /** The status that the program ended with. */
  async ended(): Promise<number> {
    return Number(/^exit (\d+)$/m.exec(await this.shows("exit "))![1])
  }

  close(): void {
    this.tmux("kill-server")
    rmSync(this.folder, { recursive: true, force: true })
  }
}

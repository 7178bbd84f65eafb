import { join } from "node:path"

const root = join(import.meta.dirname, "..")
const bun = join(root, "node_modules/.bin/bun")
const taskset = Bun.which("taskset")

/** Which core a program has to itself: what it does beside its own thread counts too. */
export type Core = 0 | 1

/** Said once at the top of a run. */
export const pinning = (): string =>
  taskset === null ? "taskset is absent: programs are not bound to a core" : "each program bound to one core"

const onCore = (core: Core, command: ReadonlyArray<string>): Array<string> =>
  taskset === null ? [...command] : [taskset, "-c", String(core), ...command]

/** A program of this folder, on any core: the collector and the compiler of the engine may use others. */
export const unbound = (name: string, args: ReadonlyArray<string | number> = []): Array<string> => [
  bun,
  join(root, "bench/programs", `${name}.ts`),
  ...args.map(String)
]

/** A program of this folder, on one core. */
export const program = (name: string, args: ReadonlyArray<string | number> = [], core: Core = 0): Array<string> =>
  onCore(core, unbound(name, args))

/** Any command on core 0. */
export const pinned = (...command: ReadonlyArray<string>): Array<string> => onCore(0, command)

/** Runs a program to its end; its output as JSON. */
export const output = async <A>(command: Array<string>): Promise<A> => {
  const child = Bun.spawn(command, { cwd: root, stdout: "pipe", stderr: "inherit" })
  const text = await new Response(child.stdout).text()
  const code = await child.exited
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}`)
  return JSON.parse(text)
}

/** A program that runs until it is killed, and says first in one line of JSON where it listens. */
export class Listening<A> {
  readonly said: A
  private readonly child: Bun.Subprocess

  private constructor(child: Bun.Subprocess, said: A) {
    this.child = child
    this.said = said
  }

  static async start<A>(command: Array<string>): Promise<Listening<A>> {
    const child = Bun.spawn(command, { cwd: root, stdout: "pipe", stderr: "inherit" })
    let text = ""
    for await (const chunk of child.stdout) {
      text += new TextDecoder().decode(chunk)
      if (text.includes("\n")) return new Listening<A>(child, JSON.parse(text))
    }
    throw new Error(`${command.join(" ")} ended without a word`)
  }

  async stop(): Promise<void> {
    this.child.kill()
    await this.child.exited
  }
}

import { spawn } from "node:child_process"
import type { ShellSession } from "../doors/GrpcControl.ts"
import type { LiveRunner } from "../world/LiveRunner.ts"
import type { Command } from "./Command.ts"

/** A shell that has a terminal of its own, by util-linux' script; without a command one that reads what is typed. */
const wordsOf = (command: ReadonlyArray<string>): ReadonlyArray<string> =>
  command.length > 0 ? command : ["script", "--quiet", "--flush", "--return", "--command", "sh -i", "/dev/null"]

const endedBy = (code: number | null): number => code ?? 128

/** Runs a command beside a runner's process: in its folder, with its environment and its mark. */
export const open = (
  runner: LiveRunner,
  { cwd, env }: Command,
  mark: string,
  command: ReadonlyArray<string>
): ShellSession => {
  const [program = "sh", ...args] = wordsOf(command)
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env, ...runner.variables, EBB_SANDBOX: mark },
    stdio: ["pipe", "pipe", "pipe"]
  })
  const output = new ReadableStream<Uint8Array>({
    start: (controller) => {
      const take = (chunk: Uint8Array) => controller.enqueue(chunk)
      child.stdout.on("data", take)
      child.stderr.on("data", take)
      child.on("error", (error) => take(Buffer.from(`${error.message}\n`)))
      child.on("close", () => controller.close())
    }
  })
  child.stdin.on("error", () => {})
  const exitCode = new Promise<number>((resolve) => {
    child.on("close", (code) => resolve(endedBy(code)))
    child.on("error", () => resolve(127))
  })
  return {
    output,
    exitCode,
    write: (data) => void child.stdin.write(data),
    resize: () => {},
    end: () => void child.stdin.end(),
    kill: () => void child.kill("SIGKILL")
  }
}

import { spawnSync } from "node:child_process"

/** Runs a program to its end and answers what it prints; what it says besides is shown. */
export const run = (command: string, args: ReadonlyArray<string>, cwd: string): string => {
  const { error, status, stdout } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 1 << 28
  })
  if (error !== undefined) throw new Error(`${command} could not be started: ${error.message}`, { cause: error })
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}: ${stdout}`)
  return stdout
}

import { basename } from "node:path"
import type { Advice, CheckReport, Rollout } from "./CheckReport.ts"
import type { CheckSettings } from "./CheckSettings.ts"
import { ServerDown } from "./CheckedServer.ts"
import * as Findings from "./Findings.ts"
import * as RolloutRun from "./RolloutRun.ts"
import * as Snippets from "./Snippets.ts"
import * as Verdict from "./Verdict.ts"

const downText = ({ lines, text }: ServerDown): string =>
  lines.length === 0 ? text : [text, "Its last lines:", ...lines.map((line) => `  ${line}`)].join("\n")

const problem = (code: Advice["code"], text: string): Advice => ({ code, isProblem: true, text, snippet: null })

const attempt = async (
  settings: CheckSettings,
  signal: Rollout["signal"],
  surroundings: RolloutRun.Surroundings
): Promise<RolloutRun.Rolled | ServerDown> => {
  surroundings.aborted.throwIfAborted()
  try {
    return await RolloutRun.run(settings, signal, surroundings)
  } catch (error) {
    surroundings.aborted.throwIfAborted()
    if (error instanceof ServerDown) return error
    throw error
  }
}

const adviceOn = (settings: CheckSettings, { program, rollout }: RolloutRun.Rolled): ReadonlyArray<Advice> =>
  Findings.find(rollout, {
    graceMs: settings.graceMs,
    firstProgram: basename(settings.command[0] ?? ""),
    snippet: Snippets.find(settings.command, program)
  })

const noSecondStart = (down: ServerDown): Advice => ({
  ...problem(
    "no-second-start",
    `It did not come up a second time, so what force costs is not known. ${downText(down)}`
  ),
  isProblem: false
})

/** Rolls the server out gracefully and by force, each time one that was started for it. Rejects when it is aborted. */
export const run = async (settings: CheckSettings, surroundings: RolloutRun.Surroundings): Promise<CheckReport> => {
  const { command } = settings
  const graceful = await attempt(settings, "SIGTERM", surroundings)
  if (graceful instanceof ServerDown) {
    const advice = [problem(graceful.why, downText(graceful))]
    return { version: 1, command, graceful: null, force: null, advice, passed: false }
  }
  const force = await attempt(settings, "SIGKILL", surroundings)
  const isDown = force instanceof ServerDown
  return {
    version: 1,
    command,
    graceful: graceful.rollout,
    force: isDown ? null : force.rollout,
    advice: [...adviceOn(settings, graceful), ...(isDown ? [noSecondStart(force)] : [])],
    passed: Verdict.drains(graceful.rollout)
  }
}

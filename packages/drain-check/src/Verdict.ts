import type { Rollout } from "./CheckReport.ts"

/** What a process that SIGTERM ended is said to have exited with. */
const sigtermCode = 143

/** The exit code as a shell shows it: 128 and the signal's number for a process that SIGTERM ended. */
export const exitCode = ({ exit }: Rollout): number | null => (exit.signal === "SIGTERM" ? sigtermCode : exit.code)

/** Whether the server ended as one that was asked to: with 0, or by the SIGTERM it was sent. */
export const endedWell = (rollout: Rollout): boolean => {
  const code = exitCode(rollout)
  return !rollout.exit.neededKill && (code === 0 || code === sigtermCode)
}

/** Errors that the server did not answer with before it was told to end as well. */
export const newErrors = ({ before, errored }: Rollout): number => (before.errored > 0 ? 0 : errored)

/** Requests that a graceful rollout cost their callers. */
export const failures = (rollout: Rollout): number => rollout.cut + rollout.after.cut + newErrors(rollout)

/** Whether a graceful rollout costs nothing but time. */
export const drains = (rollout: Rollout): boolean => failures(rollout) === 0 && endedWell(rollout)

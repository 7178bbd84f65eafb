/** What set a runner's end in motion. */
export const EndCause = {
  none: 0,
  rollout: 1,
  escalation: 2,
  operator: 3,
  expired: 4,
  scaledDown: 5,
  revision: 6,
  deleted: 7,
  unhealthy: 8,
  requestTimeout: 9,
  answer: 10,
  startupFailed: 11,
  crashed: 12,
  unreachable: 13
} as const
export type EndCause = (typeof EndCause)[keyof typeof EndCause]

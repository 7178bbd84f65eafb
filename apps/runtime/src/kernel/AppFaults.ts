/** Faults of an app that are in force, each until a Fleet time. */
export class AppFaults {
  setupFailureUntilMs = 0
  schedulingFailureUntilMs = 0
  slowTeardownUntilMs = 0
}

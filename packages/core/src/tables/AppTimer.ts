/** A timer that an app has at most one of: when it is armed for, and which arming is the valid one. */
export class AppTimer {
  atMs = Infinity
  epoch = 0
  /** How many attempts had been sent when it was armed. */
  armedAfterSend = 0
}

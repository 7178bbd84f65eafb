/** What steps come to, taken one after the other without a pause. */
export const toEnd = <A>(steps: Generator<undefined, A>): A => {
  let step = steps.next()
  while (step.done !== true) step = steps.next()
  return step.value
}

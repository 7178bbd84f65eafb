import type { Finding, Sure } from "./Finding.ts"
import { fits } from "./Fits.ts"
import { quantile, type Sample } from "./Sample.ts"
import { durationText } from "./Values.ts"

/** Fewer values than these have a middle, but no shape. */
const shapeLeast = 10

/** How a spec writes a few values: their median where they are near together or few, else the distribution that is nearest. */
export const distributionText = (sample: Sample): string => {
  const middle = quantile(sample, 0.5)
  const width = sample.at(-1)! - sample[0]!
  const [best] = sample.length < shapeLeast || width <= middle * 0.02 ? [] : fits(sample)
  return best?.yaml ?? durationText(middle)
}

/** How long a stage of a runner's life takes; null where it was never seen. */
export const stage = (
  path: string,
  sample: Sample,
  { note, source, sure }: { readonly source: string; readonly sure: Sure; readonly note: string }
): Finding | null =>
  sample.length === 0
    ? null
    : {
        path,
        value: distributionText(sample),
        from: source,
        n: sample.length,
        sure,
        note: `${note}: ${durationText(sample[0]!)} to ${durationText(sample.at(-1)!)}, median ${durationText(quantile(sample, 0.5))}`
      }

import libraryExp from "@stdlib/math-base-special-exp/lib/main.js"
import libraryLn from "@stdlib/math-base-special-ln/lib/main.js"

// The formulas of e_log.c and e_exp.c in FreeBSD, as @stdlib has them, of which this notice is part:
//
// Copyright (C) 1993, 2004 by Sun Microsystems, Inc. All rights reserved.
// Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is preserved.

const ln2High = 6.9314718036912381649e-1
const ln2Low = 1.90821492927058770002e-10
const log2e = 1.442695040888963387

/** Powers of two with exponents from -`most` to `most`; all else, which draws hardly need, is left to the library. */
const most = 64
const powers = new Float64Array(2 * most + 1)
powers[most] = 1
for (let n = 1; n <= most; n++) {
  powers[most + n] = powers[most + n - 1]! * 2
  powers[most - n] = powers[most - n + 1]! / 2
}

const least = powers[2]!
const greatest = powers[2 * most - 2]!

const double = new Float64Array([1])
const words = new Int32Array(double.buffer)
/** Where the half of a number with its exponent stands: that depends on the machine. */
const highAt = words[1] === 0 ? 0 : 1

const fractionBits = 0xfffff
const exponentBias = 1023

/**
 * The natural logarithm, the same bits as the library's. That one changes half of the number in memory and reads the whole,
 * for which a processor waits; here it is multiplied by a power of two, which is exact.
 */
export const ln = (x: number): number => {
  if (!(x > least && x < greatest)) return libraryLn(x)
  double[0] = x
  const word = words[highAt]!
  const high = word & fractionBits
  // Too close to a power of two for this series.
  if (((high + 2) & fractionBits) < 3) return libraryLn(x)
  const k = (word >> 20) - exponentBias + ((high + 0x95f64) >> 20)
  const f = x * powers[most - k]! - 1
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373))
  const odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)))
  const rest = odd + even
  if (((high - 0x6147a) | (0x6b851 - high)) > 0) {
    const half = 0.5 * f * f
    return k * ln2High - (half - (s * (half + rest) + k * ln2Low) - f)
  }
  return k * ln2High - (s * (f - rest) - k * ln2Low - f)
}

const closeToZero = 2 ** -28
const farFromZero = 40

/** e to the power of x, the same bits as the library's, for which it takes numbers apart and puts them together. */
export const exp = (x: number): number => {
  const size = Math.abs(x)
  if (!(size > closeToZero && size < farFromZero)) return libraryExp(x)
  const k = Math.trunc(x < 0 ? log2e * x - 0.5 : log2e * x + 0.5) | 0
  const high = x - k * ln2High
  const low = k * ln2Low
  const r = high - low
  const t = r * r
  const c =
    r -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (0.00006613756321437934 + t * (-0.0000016533902205465252 + t * 4.1381367970572385e-8))))
  const y = 1 - (low - (r * c) / (2 - c) - high)
  return y * powers[most + k]!
}

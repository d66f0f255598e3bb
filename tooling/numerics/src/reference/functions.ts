import type { ActivationName } from '@tintjs/inner'

/** A function of one number and its derivative, from their definitions, in float64. */
export interface ScalarFunction {
  readonly value: (x: number) => number
  readonly slope: (x: number) => number
}

/** `erf`, by its series near 0 and by its continued fraction far from it; right to 1e-15. */
export function erf(x: number): number {
  const size = Math.abs(x)
  if (size > 6) return Math.sign(x)
  if (size < 2.5) {
    let [sum, term] = [x, x]
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= (-x * x) / n
      sum += term / (2 * n + 1)
    }
    return (2 / Math.sqrt(Math.PI)) * sum
  }
  let fraction = 0
  for (let n = 120; n >= 1; n--) fraction = n / 2 / (size + fraction)
  return Math.sign(x) * (1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / (size + fraction))
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

const gelu: ScalarFunction = {
  value: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)),
  slope: (x) => (1 + erf(x / Math.SQRT2)) / 2 + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI),
}

const tanhOfGelu = (x: number): number => Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))

const geluByTanh: ScalarFunction = {
  value: (x) => (x / 2) * (1 + tanhOfGelu(x)),
  slope: (x) => {
    const t = tanhOfGelu(x)
    return (1 + t) / 2 + (x / 2) * (1 - t * t) * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x)
  },
}

const sigmoidLinear = (sharpness: number): ScalarFunction => ({
  value: (x) => x * sigmoid(sharpness * x),
  slope: (x) => {
    const s = sigmoid(sharpness * x)
    return s + sharpness * x * s * (1 - s)
  },
})

/** Hugging Face's activations by their names. */
export const scalarFunctions: Readonly<Record<ActivationName, ScalarFunction>> = {
  relu: { value: (x) => Math.max(0, x), slope: (x) => (x > 0 ? 1 : 0) },
  gelu,
  gelu_new: geluByTanh,
  gelu_fast: geluByTanh,
  gelu_pytorch_tanh: geluByTanh,
  silu: sigmoidLinear(1),
  quick_gelu: sigmoidLinear(1.702),
  tanh: { value: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 },
}

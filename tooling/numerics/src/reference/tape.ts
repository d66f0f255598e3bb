import type { Derivative } from '@tintjs/inner'
import { at, type Matrix, mapped, matrix, sumOfRow, times, timesTransposed, transposed } from './matrix'

/** A matrix on a tape, and the gradient of what the tape computes, which grows while it runs back. */
export interface Value {
  readonly matrix: Matrix
  readonly gradient: Matrix
}

/** How a tape computes. */
export interface TapeRules {
  /** How derivatives of activations and norms are taken. */
  readonly derivative: Derivative
  /** Rounds every number that an operation gives; default none. `Math.fround` shows what float32 makes of a model. */
  readonly round?: ((value: number) => number) | undefined
  /** Whether a finite difference subtracts rounded values, as a transformer does; default false. */
  readonly roundsDifferences?: boolean | undefined
}

/** A function of rows, one at a time, with its exact backward. */
interface RowFunction {
  readonly value: (x: Matrix) => Matrix
  readonly backward: (x: Matrix, gradient: Matrix) => Matrix
  /** Whether finite differences are of no use, and a gate gives the slope under `central`. */
  readonly piecewiseLinear?: boolean | undefined
}

/** Two places of a row and the angle by which the numbers there are turned, in radians. */
export interface TurnedPair {
  readonly places: readonly [number, number]
  readonly angle: number
}

/** Reverse-mode differentiation of matrices: each operation says what it computes and what its gradient is. */
export class Tape {
  readonly #rules: TapeRules
  readonly #backward: (() => void)[] = []

  constructor(rules: TapeRules) {
    this.#rules = rules
  }

  /** Rounds a number inside of an operation, where float32 would have it before others cancel most of it. */
  readonly round = (value: number): number => this.#rules.round?.(value) ?? value

  /** Puts numbers on the tape: a parameter or a constant. */
  input(of: Matrix): Value {
    return { matrix: of, gradient: mapped(of, () => 0) }
  }

  /** Runs back from a value whose gradient is given. */
  backward(from: Value, gradient: Matrix): void {
    accumulate(from, gradient)
    for (const step of this.#backward.toReversed()) step()
  }

  /** `x W^T` */
  product(x: Value, weight: Value): Value {
    return this.#record(timesTransposed(x.matrix, weight.matrix), (gradient) => {
      this.#add(x, times(gradient, weight.matrix))
      this.#add(weight, times(transposed(gradient), x.matrix))
    })
  }

  /** `A B` */
  times(a: Value, b: Value): Value {
    return this.#record(times(a.matrix, b.matrix), (gradient) => {
      this.#add(a, timesTransposed(gradient, b.matrix))
      this.#add(b, times(transposed(a.matrix), gradient))
    })
  }

  /** Adds a row, `[1, width]`, to every row. @param rate by how much more the row is told to change than it should */
  addRow(x: Value, row: Value, rate = 1): Value {
    return this.#record(
      mapped(x.matrix, (value, _, column) => value + at(row.matrix, 0, column)),
      (gradient) => {
        this.#add(x, gradient)
        this.#add(
          row,
          mapped(sumOfRows(gradient), (value) => rate * value),
        )
      },
    )
  }

  /** Multiplies every row by a row, `[1, width]`, number by number. */
  timesRow(x: Value, row: Value): Value {
    return this.#record(
      mapped(x.matrix, (value, _, column) => value * at(row.matrix, 0, column)),
      (gradient) => {
        this.#add(
          x,
          mapped(gradient, (value, _, column) => value * at(row.matrix, 0, column)),
        )
        this.#add(row, sumOfRows(mapped(gradient, (value, i, j) => value * at(x.matrix, i, j))))
      },
    )
  }

  add(x: Value, y: Value): Value {
    return this.#record(
      mapped(x.matrix, (value, i, j) => value + at(y.matrix, i, j)),
      (gradient) => {
        this.#add(x, gradient)
        this.#add(y, gradient)
      },
    )
  }

  /** Number by number. */
  multiply(x: Value, y: Value): Value {
    return this.#record(
      mapped(x.matrix, (value, i, j) => value * at(y.matrix, i, j)),
      (gradient) => {
        this.#add(
          x,
          mapped(gradient, (value, i, j) => value * at(y.matrix, i, j)),
        )
        this.#add(
          y,
          mapped(gradient, (value, i, j) => value * at(x.matrix, i, j)),
        )
      },
    )
  }

  scale(x: Value, factor: number): Value {
    return this.#record(
      mapped(x.matrix, (value) => value * factor),
      (gradient) =>
        this.#add(
          x,
          mapped(gradient, (value) => value * factor),
        ),
    )
  }

  /** Adds constants. */
  shift(x: Value, by: (row: number, column: number) => number): Value {
    return this.#record(
      mapped(x.matrix, (value, i, j) => value + by(i, j)),
      (gradient) => this.#add(x, gradient),
    )
  }

  /** Some columns of each row. */
  columns(x: Value, start: number, count: number): Value {
    return this.#record(
      matrix(x.matrix.rows, count, (row, column) => at(x.matrix, row, start + column)),
      (gradient) => {
        const isPart = (column: number) => column >= start && column < start + count
        this.#add(
          x,
          mapped(x.matrix, (_, i, j) => (isPart(j) ? at(gradient, i, j - start) : 0)),
        )
      },
    )
  }

  /** Puts matrices of equally many rows beside each other. */
  beside(parts: readonly Value[]): Value {
    const places = parts.flatMap((part) =>
      Array.from({ length: part.matrix.columns }, (_, column) => ({ part, column })),
    )
    const rows = parts[0]?.matrix.rows ?? 0
    const whole = matrix(rows, places.length, (row, index) => {
      const place = places[index]
      return place === undefined ? Number.NaN : at(place.part.matrix, row, place.column)
    })
    return this.#record(whole, (gradient) => {
      let start = 0
      for (const part of parts) {
        const from = start
        this.#add(
          part,
          mapped(part.matrix, (_, i, j) => at(gradient, i, from + j)),
        )
        start += part.matrix.columns
      }
    })
  }

  /** Turns pairs of numbers of each row by angles: `(a, b)` becomes `(a cos - b sin, b cos + a sin)`. */
  turned(x: Value, pairsOf: (row: number) => readonly TurnedPair[]): Value {
    return this.#record(turnedRows(x.matrix, pairsOf, 1), (gradient) =>
      this.#add(x, turnedRows(gradient, pairsOf, -1)),
    )
  }

  /** The softmax of each row. */
  softmax(x: Value): Value {
    const probabilities = softmaxOfRows(x.matrix)
    return this.#record(probabilities, (gradient) => {
      const along = Array.from({ length: gradient.rows }, (_, row) =>
        this.round(sumOfRow(gradient, row, (value, column) => value * at(probabilities, row, column))),
      )
      this.#add(
        x,
        mapped(probabilities, (p, i, j) => p * (at(gradient, i, j) - (along[i] ?? 0))),
      )
    })
  }

  /** The same numbers, through which no gradient passes. */
  detached(x: Value): Value {
    return this.input(x.matrix)
  }

  /** A function of rows, whose backward is the exact one or a finite difference along the gradient. */
  apply(x: Value, { value, backward, piecewiseLinear = false }: RowFunction): Value {
    return this.#record(value(x.matrix), (gradient) => {
      const { derivative } = this.#rules
      const exact = derivative.kind === 'analytic' || (derivative.kind === 'central' && piecewiseLinear)
      this.#add(
        x,
        exact ? backward(x.matrix, gradient) : this.#difference(value, x.matrix, gradient, derivative),
      )
    })
  }

  /** `N/2 (f(x + g/N) - f(x - g/N))` or `N (f(x + g/N) - f(x))`, as the paper has it. */
  #difference(
    value: RowFunction['value'],
    x: Matrix,
    gradient: Matrix,
    { kind, scale }: Exclude<Derivative, { kind: 'analytic' }>,
  ): Matrix {
    const rounded = (of: Matrix) => (this.#rules.roundsDifferences ? mapped(of, this.round) : of)
    const moved = (share: number) =>
      rounded(value(rounded(mapped(x, (number, i, j) => number + share * at(gradient, i, j)))))
    const ahead = moved(1 / scale)
    const behind = moved(kind === 'central' ? -1 / scale : 0)
    const factor = kind === 'central' ? scale / 2 : scale
    return mapped(ahead, (number, i, j) => factor * (number - at(behind, i, j)))
  }

  #record(of: Matrix, backward: (gradient: Matrix) => void): Value {
    const value = this.input(this.#rounded(of))
    this.#backward.push(() => backward(value.gradient))
    return value
  }

  #add(to: Value, gradient: Matrix): void {
    accumulate(to, this.#rounded(gradient))
  }

  #rounded(of: Matrix): Matrix {
    return this.#rules.round === undefined ? of : mapped(of, this.round)
  }
}

/** The softmax of each row, in float64. */
export function softmaxOfRows(scores: Matrix): Matrix {
  const largest = Array.from({ length: scores.rows }, (_, row) => {
    let most = Number.NEGATIVE_INFINITY
    for (let column = 0; column < scores.columns; column++) most = Math.max(most, at(scores, row, column))
    return most
  })
  const exponentials = mapped(scores, (value, row) => Math.exp(value - (largest[row] ?? 0)))
  const sums = largest.map((_, row) => sumOfRow(exponentials, row, (value) => value))
  return mapped(exponentials, (value, row) => value / (sums[row] ?? 1))
}

function turnedRows(of: Matrix, pairsOf: (row: number) => readonly TurnedPair[], sign: 1 | -1): Matrix {
  const turned = mapped(of, (value) => value)
  for (let row = 0; row < of.rows; row++) {
    for (const { places, angle } of pairsOf(row)) {
      const [first, second] = places
      const [a, b] = [at(of, row, first), at(of, row, second)]
      const [cosine, sine] = [Math.cos(angle), sign * Math.sin(angle)]
      turned.values[row * of.columns + first] = a * cosine - b * sine
      turned.values[row * of.columns + second] = b * cosine + a * sine
    }
  }
  return turned
}

function sumOfRows(of: Matrix): Matrix {
  return matrix(1, of.columns, (_, column) => {
    let sum = 0
    for (let row = 0; row < of.rows; row++) sum += at(of, row, column)
    return sum
  })
}

function accumulate({ gradient }: Value, more: Matrix): void {
  for (let index = 0; index < gradient.values.length; index++) {
    gradient.values[index] = (gradient.values[index] as number) + (more.values[index] as number)
  }
}

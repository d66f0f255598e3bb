/** Numbers in float64, row by row. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly values: Float64Array
}

/** A matrix whose entries a function tells. */
export function matrix(
  rows: number,
  columns: number,
  entry: (row: number, column: number) => number,
): Matrix {
  const values = new Float64Array(rows * columns)
  for (let row = 0, index = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) values[index++] = entry(row, column)
  }
  return { rows, columns, values }
}

/** The entry of a row and a column. */
export function at({ columns, values }: Matrix, row: number, column: number): number {
  return values[row * columns + column] as number
}

/** A matrix of the same shape whose entries are functions of this one's. */
export function mapped(of: Matrix, entry: (value: number, row: number, column: number) => number): Matrix {
  return matrix(of.rows, of.columns, (row, column) => entry(at(of, row, column), row, column))
}

/** `A B^T` */
export function timesTransposed(a: Matrix, b: Matrix): Matrix {
  return matrix(a.rows, b.rows, (row, column) => {
    let sum = 0
    const [left, right] = [row * a.columns, column * b.columns]
    for (let k = 0; k < a.columns; k++)
      sum += (a.values[left + k] as number) * (b.values[right + k] as number)
    return sum
  })
}

/** `A^T` */
export function transposed(a: Matrix): Matrix {
  return matrix(a.columns, a.rows, (row, column) => at(a, column, row))
}

/** `A B` */
export function times(a: Matrix, b: Matrix): Matrix {
  return timesTransposed(a, transposed(b))
}

/** The sum of a function of a row's entries. */
export function sumOfRow(of: Matrix, row: number, term: (value: number, column: number) => number): number {
  let sum = 0
  for (let column = 0; column < of.columns; column++) sum += term(at(of, row, column), column)
  return sum
}

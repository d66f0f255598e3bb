/**
 * What may grow, and by how much, from the second tenth of the steps to the last one: by medians, as the system and other
 * programs disturb single steps. The first tenth warms up: code is compiled, and buffers get their sizes.
 */
const bounds = [
  { field: 'tensors', name: 'tensors', most: 1, text: (value) => String(value) },
  { field: 'engineBytes', name: 'bytes in tensors', most: 1, text: megabytes },
  { field: 'rss', name: 'memory of the process', most: 1.1, text: megabytes },
  { field: 'heapUsed', name: "JavaScript's heap", most: 1.25, text: megabytes },
  { field: 'milliseconds', name: 'time per step', most: 1.5, text: (value) => `${value.toFixed(1)} ms` },
]

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

/** Which of the figures stayed flat. @param {readonly Record<string, number>[]} points one a step, at least 20 */
export function verdictOf(points) {
  const tenth = Math.floor(points.length / 10)
  return bounds.map(({ field, name, most, text }) => {
    const begin = median(points.slice(tenth, 2 * tenth).map((point) => point[field]))
    const end = median(points.slice(-tenth).map((point) => point[field]))
    return { name, begin: text(begin), end: text(end), most, isFlat: end <= most * begin }
  })
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((first, second) => first - second)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

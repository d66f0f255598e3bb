import type { TaskTemplate } from './task'

/** Stands where the answer comes. */
const labelField = '{label}'
const fieldPattern = /\{([^{}]*)\}/g

/** What is asked about one example, with the answers that there are. */
export interface Question {
  /** All that comes before the answer, without white space at its end. */
  readonly prompt: string
  /** For each label: what follows the prompt, the white space before the word included. */
  readonly answers: readonly string[]
}

/** The names in braces, in the order in which they come, `label` included. */
export function fieldsInTemplate(text: string): string[] {
  return [...text.matchAll(fieldPattern)].map(([, field]) => field ?? '')
}

/** What is wrong with a template's text, as the rest of a sentence; undefined for nothing. */
export function problemOfTemplate(text: string): string | undefined {
  const labels = fieldsInTemplate(text).filter((field) => field === 'label').length
  if (labels !== 1) return `has {label} ${labels} times; expected it once, at the end`
  if (!text.endsWith(labelField)) return 'goes on after {label}; expected it at the end'
  return text.slice(0, -labelField.length).trim() === '' ? 'asks nothing before {label}' : undefined
}

/** Fills in an example's fields. @param fields each field that the template names */
export function questionOf(
  { text, words }: Pick<TaskTemplate, 'text' | 'words'>,
  fields: Readonly<Record<string, string>>,
): Question {
  const before = text.slice(0, -labelField.length)
  // Tokenizers put a space into the word that follows it, so it belongs to the answer.
  const prompt = before.trimEnd()
  const space = before.slice(prompt.length)
  return {
    prompt: prompt.replace(fieldPattern, (_, field: string) => fields[field] ?? ''),
    answers: words.map((word) => space + word),
  }
}

/** The question about nothing, which calibration compares with. */
export function contentFreeQuestion({ contentFree, words }: TaskTemplate): Question {
  return questionOf({ text: contentFree, words }, {})
}

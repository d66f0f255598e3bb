import type { PerplexityReport } from '../perplexity/report-data'

/** The results of a run as charts draw them. */
export interface ResultSet extends Pick<PerplexityReport, 'results' | 'best'> {
  /** Where a page has several runs: which it is, from 1 on, and its name. */
  readonly run?: { readonly number: number; readonly name: string } | undefined
}

/** What titles in charts call a way of a run. */
export function lineName(run: ResultSet['run'], way: string): string {
  return run === undefined ? way : `${run.name}, ${way}`
}

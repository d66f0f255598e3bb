/** The package carries no types that its entry leads to. */
declare module '@bcoe/v8-coverage' {
  /** What V8 tells about a script. */
  export interface ScriptCov {
    readonly scriptId: string
    readonly url: string
    readonly functions: readonly object[]
  }
  /** Adds the counts of runs of the same script. */
  export function mergeScriptCovs(scripts: readonly ScriptCov[]): ScriptCov | undefined
}

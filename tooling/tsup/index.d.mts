import type { Options } from 'tsup'
export declare function packageBuild(options?: {
  entry?: string[] | Record<string, string>
  dts?: boolean
  noExternal?: (string | RegExp)[]
}): Options | Options[]

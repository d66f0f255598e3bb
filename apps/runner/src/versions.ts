import { version_core } from '@tensorflow/tfjs-core'
import type { EngineDescription } from '@tintjs/tensor'
import { packageVersion } from './package-version'

/** The versions of the programs that compute, by name: what a run's results keep. */
export function versionsOf({ name, version }: EngineDescription): Record<string, string> {
  return { tint: packageVersion(), node: process.versions.node, tfjs: version_core, [name]: version }
}

import { mergeShards } from '@tintjs/evaluate/node'
import type { Command } from 'commander'
import { addEngineOptions, type CommonOptions } from '../command-options'
import { printJson } from '../output/print'

interface MergeOptions extends CommonOptions {
  readonly output: string
}

/** Adds the arguments, options and action of `tint merge`. */
export function configure(command: Command): void {
  command
    .argument('<folder...>', 'the shards of a run, or a folder that holds them')
    .requiredOption('--output <folder>', 'where the whole run goes; a new or empty folder')
  addEngineOptions(command, 'taken as everywhere, but not used: merging starts no engine').action(run)
}

async function run(folders: readonly string[], { output, json }: MergeOptions): Promise<void> {
  const merged = await mergeShards(folders, output)
  if (json) printJson({ ...merged, output })
  else process.stdout.write(`merged     ${merged.samples} samples of ${merged.shards} shards, in ${output}\n`)
}

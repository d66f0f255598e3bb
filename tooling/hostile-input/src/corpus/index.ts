import type { HostileGroup } from '../hostile-case'
import { caseFiles } from './case-files'
import { configurations } from './configurations'
import { folders } from './folders'
import { hubs } from './hubs'
import { pytorchFiles } from './pytorch-files'
import { runs } from './runs'
import { safetensorsFiles } from './safetensors-files'
import { simulators } from './simulators'
import { tasks } from './tasks'
import { tokenizers } from './tokenizers'

/** Every malformed input, by the kind of file. */
export const corpus: readonly HostileGroup[] = [
  safetensorsFiles,
  folders,
  configurations,
  tokenizers,
  pytorchFiles,
  simulators,
  tasks,
  runs,
  caseFiles,
  hubs,
]

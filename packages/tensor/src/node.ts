export { nodeEngines, useEngine } from './engine/node'
export { openFileSource, writeFileAtomically, writeSafetensorsFile } from './safetensors/node'

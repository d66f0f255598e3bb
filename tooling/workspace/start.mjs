/** `npm start`: installs, builds and runs the demo on the shipped checkpoint. Arguments go to `tint`. */
import { build, installDependencies, requireNode, run } from './workspace.mjs'

requireNode(20)
installDependencies()
build('@tintjs/runner')
const args = process.argv.length > 2 ? process.argv.slice(2) : ['demo']
process.exit(run(process.execPath, ['apps/runner/dist/tint.js', ...args]))

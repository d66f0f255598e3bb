/** `npm start`: installs, builds and runs the demo on the shipped checkpoint. Arguments go to `tint`. */
import { build, installDependencies, requireNode, run } from './workspace.mjs'

requireNode(20)
installDependencies()
// The installer of the native engine too, which the doctor may recommend.
build('@tintjs/runner', '@tintjs/libtensorflow')
const args = process.argv.length > 2 ? process.argv.slice(2) : ['demo']
process.exit(run(process.execPath, ['apps/runner/dist/tint.js', ...args]))

export { type LoadedTint, loadTint } from './saved/load'
export { type SaveOptions, type SaveProgress, saveTint } from './saved/save'

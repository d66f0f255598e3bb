export { type LoadedTint, loadTint } from './saved/load'
export { isSavedTint } from './saved/manifest'
export { type SaveOptions, type SaveProgress, saveTint } from './saved/save'

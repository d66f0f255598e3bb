export { folderSource } from './checkpoint/folder'
export { type HubSource, hubSource } from './checkpoint/hub'
export type { HubOptions, HubProgress } from './checkpoint/hub/settings'
export { checkpointSource } from './checkpoint/named'

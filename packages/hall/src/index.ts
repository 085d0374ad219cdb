export type { DispatchAnswer } from './dispatch/dispatcher.ts';
export type { MadeKey } from './folder/first-keys.ts';
export { type FolderProblem, HallFolderError } from './folder/folder-error.ts';
export { type HallFolder, type HallFolderOptions, openHallFolder } from './folder/open-hall-folder.ts';
export { createHall, type Hall, type HallOptions, type HallWorker, type HttpLimits } from './hall.ts';
export { type Principal, ROLES, type Role } from './identity/principal.ts';
export type { ApprovalNotice, HumanApprovalCallback } from './notify/notifier.ts';
export type { WebhookTarget } from './notify/webhooks.ts';
export type { HallPolicyGate } from './world/hall-world.ts';

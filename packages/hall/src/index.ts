export type { BanOptions, BanSource, BanSubscription } from './bans/ban-options.ts';
export {
  type BanReading,
  type BanSourceCode,
  type BanSourceLimits,
  readBanSource,
} from './bans/ban-source.ts';
export { ChainDesk } from './delivery/chain-desk.ts';
export type {
  ChainedAnswer,
  ChainedDispatch,
  Delivered,
  Delivery,
  DeliveryCall,
} from './delivery/delivery.ts';
export { DELIVERY_CODES, type DeliveryCode } from './delivery/delivery-code.ts';
export { type HttpDeliveryOptions, httpDelivery } from './delivery/http-delivery.ts';
export { type InProcessDeliveryOptions, inProcessDelivery } from './delivery/in-process-delivery.ts';
export { type PackageDeliveryOptions, packageDelivery } from './delivery/package-delivery.ts';
export type { DispatchAnswer } from './dispatch/dispatcher.ts';
export type { MadeKey } from './folder/first-keys.ts';
export { type FolderProblem, HallFolderError } from './folder/folder-error.ts';
export { type HallFolder, type HallFolderOptions, openHallFolder } from './folder/open-hall-folder.ts';
export { createHall, type Hall, type NewDocuments } from './hall.ts';
export type { HallOptions, HallWorker, HttpLimits } from './hall-options.ts';
export { type Principal, ROLES, type Role } from './identity/principal.ts';
export type { ApprovalNotice, HumanApprovalCallback } from './notify/notifier.ts';
export type { WebhookTarget } from './notify/webhooks.ts';
export type { GuardLimits } from './order/guarded-delivery.ts';
export { issuePermit, type PermitGrant } from './permit/issue-permit.ts';
export type { HallPolicyGate } from './world/hall-world.ts';

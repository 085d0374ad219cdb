export { ROLES, type Role } from '@wcp/spec/hall';
export type { TenantLimits, WorkerLimits } from './admission/admission-scheduler.ts';
export type { ApprovalNotice, HumanApprovalCallback } from './approval/notification/approval-notice.ts';
export type { WebhookTarget } from './approval/notification/webhooks.ts';
export { hardenProcess } from './base/harden-process.ts';
export { ProblemError } from './base/problem.ts';
export { ChainedCallRegistry } from './delivery/chained-call-registry.ts';
export type {
  ChainedAnswer,
  ChainedDispatch,
  Containment,
  Delivered,
  Delivery,
  DeliveryCall,
} from './delivery/delivery.ts';
export { DELIVERY_CODES, type DeliveryCode } from './delivery/delivery-code.ts';
export { type HttpDeliveryOptions, httpDelivery } from './delivery/http/http-delivery.ts';
export { type InProcessDeliveryOptions, inProcessDelivery } from './delivery/in-process-delivery.ts';
export { type PackageDeliveryOptions, packageDelivery } from './delivery/package/package-delivery.ts';
export { CallBoard, type ClaimRequest } from './delivery/pull/call-board.ts';
export { type PullDeliveryOptions, pullDelivery } from './delivery/pull/pull-delivery.ts';
export { type ArchiveEvidenceOptions, archiveEvidence } from './deployment/archive-evidence.ts';
export { backUpFolder, type FolderBackupOptions } from './deployment/backup/back-up-folder.ts';
export type { Restored } from './deployment/backup/continue-log.ts';
export type { BackupFile, BackupManifest } from './deployment/backup/manifest.ts';
export { type RestoreOptions, type RestoreStep, restoreHall } from './deployment/backup/restore-hall.ts';
export type { BackupOptions, BackupStep } from './deployment/backup/write-backup.ts';
export type { CreatedKey } from './deployment/create/initial-keys.ts';
export { DeploymentError, type DeploymentFinding } from './deployment/deployment-error.ts';
export type { CheckName, DeploymentCheck } from './deployment/doctor/check.ts';
export { type ExamineOptions, examineDeployment } from './deployment/doctor/examine-deployment.ts';
export {
  examineGate,
  type GateExamination,
  type GateExaminationOptions,
} from './deployment/gate/examine-gate.ts';
export {
  type MigratedStore,
  type MigrateStoreOptions,
  migrateStore,
} from './deployment/migrate/migrate-store.ts';
export { type Deployment, type DeploymentOptions, openDeployment } from './deployment/open-deployment.ts';
export { type FolderLogKeys, openLogKeys } from './deployment/open-log-keys.ts';
export type { StoreSettings } from './deployment/settings/store-settings.ts';
export type { DispatchAnswer } from './dispatch/dispatch-answer.ts';
export { issuePermit, type PermitGrant } from './dispatch/issue-permit.ts';
export { createHall } from './hall/create-hall.ts';
export type {
  DispatchOptions,
  EvidenceLog,
  Hall,
  HallRegistry,
  KnownApproval,
  NewDocuments,
} from './hall/hall.ts';
export type { HallOptions, HallWorker } from './hall/hall-options.ts';
export type { HttpLimits } from './http/app.ts';
export type { Principal } from './identity/principal.ts';
export type { Health } from './operations/health.ts';
export type {
  BanListOptions,
  BanListSource,
  BanListSubscription,
} from './registry/ban-list/ban-list-options.ts';
export {
  type BanListReading,
  type BanListSourceCode,
  type BanListSourceLimits,
  readBanListSource,
} from './registry/ban-list/ban-list-source.ts';
export type { Archived } from './storage/archive/archive-log.ts';
export type { KeyFiles } from './storage/keys/hall-keys.ts';
export { PermitKeys } from './storage/keys/permit-keys.ts';
export { generateStoreKey, parseStoreKey, type StoreKey } from './storage/seal/store-key.ts';
export { serveWitness, type WitnessHost, type WitnessHostOptions } from './witness-host/serve-witness.ts';
export type { WitnessOptions } from './witness-host/witness.ts';
export { createWitnessRecord } from './witness-host/witness-store.ts';
export { type PackageHost, type PackageHostOptions, servePackage } from './worker-host/serve-package.ts';
export type { HallPolicyGate } from './world/policy-gate.ts';

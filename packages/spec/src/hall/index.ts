export { ENDPOINTS, type Endpoint, type OperationId } from '../endpoints/endpoints.ts';
export { FREEZE_SCOPES, type FreezeScope } from './freeze-scopes.ts';
export { type FeedEvent, HALL_EVENTS, type HallEvent } from './hall-events.ts';
export type { Operation } from './operation.ts';
export {
  type AnswerOf,
  type ItemOf,
  type ListOperationId,
  OPERATIONS,
  type RequestOf,
} from './operations.ts';
export { PROBLEMS, type ProblemCode, type ProblemDocument, ProblemSchema } from './problems.ts';
export type {
  AccessConfiguration,
  AccessDecision,
  AccessEvaluation,
  AccessEvaluations,
} from './resource/access.ts';
export {
  APPROVAL_STATES,
  type Approval,
  MAX_REASON_LENGTH,
  type ResolvedApproval,
} from './resource/approval.ts';
export type { AuthorityKey } from './resource/authority.ts';
export type { BackupRequest, BackupResult } from './resource/backup.ts';
export type { PublishedBanList, WorkerCheck } from './resource/ban-list.ts';
export type { BudgetState } from './resource/budget.ts';
export type { ClaimedCall, StartedCall } from './resource/call.ts';
export type { DeadLetter, ReplayedDeadLetter } from './resource/dead-letter.ts';
export {
  type DecisionRecord,
  type PlacedReceipt,
  RECEIPT_FORM_NAMES,
  type ReceiptForm,
  type ShownDecision,
  type WorldDocuments,
} from './resource/decision.ts';
export { type BudgetLeft, type DispatchAnswer, IDEMPOTENCY_KEY_PATTERN } from './resource/dispatch.ts';
export { type ErasureRequest, type ErasureResult, MAX_NOTE_LENGTH } from './resource/erasure.ts';
export type { Export, RefusedReceipt, RetriedReceipts } from './resource/export.ts';
export type { Freeze } from './resource/freeze.ts';
export type { Health } from './resource/health.ts';
export type { ApiKey, IssuedKey, Issuer, KeyRequest } from './resource/identity.ts';
export type { LogHead, LogKeys, ProvenCheckpoint } from './resource/log.ts';
export type { Passkey, PasskeyAssertion, PasskeyAttestation, PasskeyProof } from './resource/passkey.ts';
export type { Capability, EnrolledWorker, Worker, WorkerVersion } from './resource/worker.ts';
export { ANY_ROLE, OVERSEERS, READERS, ROLES, type Role } from './roles.ts';

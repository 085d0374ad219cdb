export { MAX_FINDINGS } from '../finding.ts';
export { addSeconds, isTime } from '../time.ts';
export { declaredBlast, REVERSIBILITY } from './blast.ts';
export { catalogSatisfies, DEFAULT_CATALOG_VERSION, isCatalogVersion } from './catalog-version.ts';
export {
  artifactHash,
  decisionDigest,
  digestText,
  joinDigest,
  lastingText,
  VOLATILE_MEMBERS,
} from './digest.ts';
export { JsonDocument, type JsonReading } from './json-document.ts';
export { parseDocument } from './parse-document.ts';
export { parseFacts } from './parse-facts.ts';
export { parseHallConfig } from './parse-hall-config.ts';
export { parseRecord, recordHash } from './parse-record.ts';
export { parseRules } from './parse-rules.ts';
export { type BanEntry, type BanList, BanListSchema, REVIEW_STATUSES } from './schema/ban-list.ts';
export {
  BLAST_DIMENSIONS,
  type BlastDimension,
  DATA_LABELS,
  type DataLabel,
  ENVS,
  type Env,
  QOS_CLASSES,
  type QosClass,
  SUPERVISOR_LEVELS,
  type SupervisorLevel,
  TENANT_RISKS,
  type TenantRisk,
} from './schema/common.ts';
export { type Facts, FactsSchema, type WorkerFacts } from './schema/facts.ts';
export { type HallConfig, HallConfigSchema } from './schema/hall-config.ts';
export { type Manifest, ManifestSchema } from './schema/manifest.ts';
export { type Receipt, type ReceiptOutcome, ReceiptSchema } from './schema/receipt.ts';
export {
  type BlastRadius,
  type PrivilegeEnvelope,
  type RegistryRecord,
  RegistryRecordSchema,
} from './schema/record.ts';
export {
  type CandidateReport,
  type DenyReason,
  ENVELOPE_VIOLATIONS,
  type EnvelopeViolation,
  type EscalationContext,
  type EscalationEffective,
  HOLD_REASONS,
  type HoldReason,
  type RouteDecision,
  RouteDecisionSchema,
  SKIP_REASONS,
  type SkipReason,
} from './schema/route-decision.ts';
export { type RouteInput, RouteInputSchema } from './schema/route-input.ts';
export {
  type Candidate,
  type Escalation,
  type HumanCondition,
  type Match,
  type Rule,
  RuleSchema,
  type Rules,
  RulesSchema,
} from './schema/rules.ts';
export { type EventId, type TelemetryEvent, TelemetryEventSchema } from './schema/telemetry-event.ts';
export {
  type WorkerContext,
  WorkerContextSchema,
  type WorkerResult,
  WorkerResultSchema,
} from './schema/worker-result.ts';
export { SCHEMAS, schemaDocument } from './schemas.ts';

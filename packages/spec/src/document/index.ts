export { MAX_FINDINGS } from '../base/finding.ts';
export { addSeconds, epochSeconds, isTime } from '../base/time.ts';
export { catalogSatisfies, DEFAULT_CATALOG_VERSION, isCatalogVersion } from './catalog-version.ts';
export {
  artifactHash,
  decisionDigest,
  digestText,
  joinDigest,
  lastingText,
  VOLATILE_MEMBERS,
} from './digest.ts';
export { JsonDocument, type JsonReading } from './parse/json-document.ts';
export { parseDocument } from './parse/parse-document.ts';
export { parseFacts } from './parse/parse-facts.ts';
export { parseHallConfig } from './parse/parse-hall-config.ts';
export { parseRecord, recordHash } from './parse/parse-record.ts';
export { parseRules } from './parse/parse-rules.ts';
export { type BanEntry, type BanList, BanListSchema, REVIEW_STATUSES } from './schema/ban-list.ts';
export { type Budget, BudgetSchema, type BudgetShortage, type Spent } from './schema/budget.ts';
export {
  type CodeAttestation,
  type CodeAttestationRequest,
  CodeAttestationRequestSchema,
  CodeAttestationSchema,
} from './schema/code-attestation.ts';
export { type Facts, FactsSchema, type WorkerFacts } from './schema/facts.ts';
export { type HallConfig, HallConfigSchema, type TenantFloor } from './schema/hall-config.ts';
export { type Manifest, ManifestSchema } from './schema/manifest.ts';
export {
  ENFORCED_MEMBERS,
  type Enforced,
  type Enforcement,
  type Erasure,
  type KeyChange,
  type Receipt,
  type ReceiptOutcome,
  ReceiptSchema,
  type Restore,
} from './schema/receipt.ts';
export {
  type BlastRadius,
  type PrivilegeEnvelope,
  type RegistryRecord,
  RegistryRecordSchema,
} from './schema/record.ts';
export {
  type CandidateReport,
  type DecisionMembers,
  type DenyDecision,
  type DenyReason,
  type DispatchDecision,
  ENVELOPE_VIOLATIONS,
  type EnvelopeViolation,
  type EscalationContext,
  type EscalationEffective,
  HOLD_REASONS,
  type HoldDecision,
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
export {
  BLAST_DIMENSIONS,
  type BlastDimension,
  declaredBlast,
  REVERSIBILITY,
  riskTierOf,
} from './table/blast.ts';
export { type BudgetSubject, budgetKey, isBudgetFor, secondsUntilReset } from './table/budget.ts';
export {
  DATA_LABELS,
  type DataLabel,
  ENVS,
  type Env,
  QOS_CLASSES,
  type QosClass,
  TENANT_RISKS,
  type TenantRisk,
} from './table/classification.ts';
export { DENY_CODES, type DenyCode, type DenyCodeEntry } from './table/deny-code.ts';
export {
  type Demand,
  type DemandingConfig,
  makesDemand,
  PROFILE_POSTURES,
  type ProfilePosture,
  postureOf,
} from './table/profile.ts';
export {
  compareLevels,
  highestLevel,
  isSupervisorLevel,
  levelsAbove,
  SUPERVISOR_LEVEL_TABLE,
  SUPERVISOR_LEVELS,
  type SupervisorLevel,
  type SupervisorLevelEntry,
} from './table/supervisor-level.ts';

export { declaredBlast, REVERSIBILITY } from './blast.ts';
export { canonicalJson, readCanonical } from './canonical-json.ts';
export { catalogSatisfies, DEFAULT_CATALOG_VERSION, isCatalogVersion } from './catalog-version.ts';
export { DENY_CODES, type DenyCode, type DenyCodeEntry } from './deny-code.ts';
export {
  artifactHash,
  decisionDigest,
  digestText,
  joinDigest,
  lastingText,
  VOLATILE_MEMBERS,
} from './digest.ts';
export { parseDocument } from './document.ts';
export { WcpError, type WcpErrorCode } from './error.ts';
export {
  compareText,
  type Diagnostic,
  type Finding,
  type FindingCode,
  MOST_FINDINGS,
  type Parsed,
} from './finding.ts';
export { normaliseHash, type Sha256, sha256 } from './hash.ts';
export { authorityOf, checkId, ID_KINDS, type IdCheck, type IdKind } from './id.ts';
export { INPUT_DEPTH, INPUT_SIZE } from './input-inspection.ts';
export { JsonDocument, type JsonReading } from './json-document.ts';
export { nestingOf, parseJson, parseUniqueJson } from './json-text.ts';
export { parseFacts } from './parse-facts.ts';
export { parseHallConfig } from './parse-hall-config.ts';
export { parseRecord, recordHash } from './parse-record.ts';
export { parseRouteInput } from './parse-route-input.ts';
export { parseRules } from './parse-rules.ts';
export { type InputDenyCode, type RouteInputReading, readRouteInput } from './read-route-input.ts';
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
export { escapeText, utf8Length } from './text.ts';
export { addSeconds, isTime } from './time.ts';

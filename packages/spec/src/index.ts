export { WcpError, type WcpErrorCode } from './base/error.ts';
export type { Diagnostic, Finding, FindingCode, Parsed } from './base/finding.ts';
export { type Sha256, sha256 } from './base/hash.ts';
export { artifactHash, decisionDigest, factsDigest } from './document/digest.ts';
export { parseFacts } from './document/parse/parse-facts.ts';
export { parseHallConfig } from './document/parse/parse-hall-config.ts';
export { parseRecord, recordHash } from './document/parse/parse-record.ts';
export { parseRules } from './document/parse/parse-rules.ts';
export type { BanList } from './document/schema/ban-list.ts';
export type { Facts, WorkerFacts } from './document/schema/facts.ts';
export type { HallConfig } from './document/schema/hall-config.ts';
export type { Manifest } from './document/schema/manifest.ts';
export type { Receipt } from './document/schema/receipt.ts';
export type { RegistryRecord } from './document/schema/record.ts';
export type {
  DenyDecision,
  DenyReason,
  DispatchDecision,
  HoldDecision,
  RouteDecision,
} from './document/schema/route-decision.ts';
export type { RouteInput } from './document/schema/route-input.ts';
export type { Rule, Rules } from './document/schema/rules.ts';
export type { TelemetryEvent } from './document/schema/telemetry-event.ts';
export type { WorkerContext, WorkerResult } from './document/schema/worker-result.ts';
export type { DataLabel, Env, QosClass, TenantRisk } from './document/table/classification.ts';
export { DENY_CODES, type DenyCode } from './document/table/deny-code.ts';
export type { SupervisorLevel } from './document/table/supervisor-level.ts';
export { authorityOf, checkId, type IdCheck, type IdKind } from './id/id.ts';
export { parseRouteInput } from './input/parse-route-input.ts';
export { canonicalJson } from './json/canonical-json.ts';

import { type Sha256, sha256 } from '../base/hash.ts';
import { canonicalJson } from '../json/canonical-json.ts';
import { writePlain } from '../json/plain-json.ts';
import { type DecisionMembers, type RouteDecision, RouteDecisionSchema } from './schema/route-decision.ts';

/** The members of a decision that its digest leaves out: they differ between equal decisions. */
export const VOLATILE_MEMBERS = [
  'decision_id',
  'timestamp',
  'decided_at',
  'pending_approval_id',
  'approval_expires_at',
  'telemetry_envelopes',
] as const;

const REASON = 'deny_reason_if_denied';

/**
 * SHA-256 of the canonical `request` of an input; of `{}` where it has none (section 6).
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON`
 * @example
 * import { artifactHash } from '@wcp/spec';
 *
 * artifactHash({ text: 'A long text.' }) === artifactHash({ text: 'A long text.' }); // true
 */
export function artifactHash(request: unknown = {}): Sha256 {
  return sha256(canonicalJson(request));
}

/**
 * What was decided about what, without the volatile part and without prose (section 6): SHA-256 of the
 * canonical JSON of `{input, decision}`, the input as it was received.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` where the input has no canonical JSON
 * @example
 * import { decisionDigest, type RouteDecision, type RouteInput } from '@wcp/spec';
 *
 * declare const input: RouteInput;
 * declare const decision: RouteDecision;
 * const approval = { decision_digest: decisionDigest(input, decision) };
 */
export function decisionDigest(input: unknown, decision: Partial<DecisionMembers>): Sha256 {
  return sha256(digestText(canonicalJson(input), decision));
}

/**
 * What a decision was made from (section 8, "Facts"): SHA-256 of the canonical JSON of its facts, all of them.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON`
 * @example
 * import { type Facts, factsDigest } from '@wcp/spec';
 *
 * declare const facts: Facts;
 * factsDigest(facts) === factsDigest({ ...facts }); // true
 */
export function factsDigest(facts: object): Sha256 {
  return sha256(canonicalJson(facts));
}

/**
 * The text that a decision digest hashes, for a caller that has the canonical input already.
 *
 * @example
 * import { type RouteDecision, sha256 } from '@wcp/spec';
 * import { digestText } from '@wcp/spec/document';
 *
 * declare const canonicalInput: string;
 * declare const decision: RouteDecision;
 * const decision_digest = sha256(digestText(canonicalInput, decision));
 */
export function digestText(canonicalInput: string, decision: Partial<DecisionMembers>): string {
  const lasting: Record<string, unknown> = { ...decision };
  for (const member of VOLATILE_MEMBERS) delete lasting[member];
  if (lasting[REASON] !== undefined) lasting[REASON] = withoutProse(lasting[REASON]);
  return joinDigest(canonicalInput, canonicalJson(lasting));
}

/**
 * The same for a caller that has {@link lastingText} too.
 *
 * @example
 * import { type RouteDecision, sha256 } from '@wcp/spec';
 * import { joinDigest, lastingText } from '@wcp/spec/document';
 *
 * declare const canonicalInput: string;
 * declare const decision: RouteDecision;
 * const decision_digest = sha256(joinDigest(canonicalInput, lastingText(decision)));
 */
export function joinDigest(canonicalInput: string, lasting: string): string {
  return `{"decision":${lasting},"input":${canonicalInput}}`;
}

/**
 * The canonical JSON of a decision without its volatile part and without prose, for a decision that the
 * engine has just made: it is read without the guards that a foreign one would need.
 *
 * @example
 * import type { RouteDecision } from '@wcp/spec';
 * import { lastingText } from '@wcp/spec/document';
 *
 * declare const decision: RouteDecision;
 * const text = lastingText(decision); // what its digest covers
 */
export function lastingText(decision: RouteDecision): string {
  const lasting: Record<string, unknown> = {};
  for (const name of LASTING_MEMBERS) lasting[name] = decision[name];
  if (decision.deny_reason_if_denied !== null) lasting[REASON] = withoutProse(decision.deny_reason_if_denied);
  return writePlain(lasting);
}

/** The reason of a denial without its messages: a better sentence must not change a digest (R17). */
function withoutProse(reason: unknown): unknown {
  if (!isObject(reason)) return reason;
  const { message: _, ...rest } = reason;
  const { findings } = rest;
  return Array.isArray(findings) ? { ...rest, findings: findings.map(withoutMessage) } : rest;
}

function withoutMessage(finding: unknown): unknown {
  if (!isObject(finding)) return finding;
  const { message: _, ...rest } = finding;
  return rest;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** In the order in which they are written. */
const LASTING_MEMBERS = (Object.keys(RouteDecisionSchema.properties) as (keyof RouteDecision)[])
  .filter((name) => !(VOLATILE_MEMBERS as readonly string[]).includes(name))
  .sort();

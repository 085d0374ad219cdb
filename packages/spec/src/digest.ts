import { canonicalJson } from './canonical-json.ts';
import { type Sha256, sha256 } from './hash.ts';
import { type RouteDecision, RouteDecisionSchema } from './schema/route-decision.ts';

/** The members of a decision that are no part of its digest: they differ between equal decisions. */
export const VOLATILE_MEMBERS = [
  'decision_id',
  'timestamp',
  'decided_at',
  'pending_approval_id',
  'approval_expires_at',
  'telemetry_envelopes',
] as const;

/**
 * SHA-256 of the canonical `request` of an input; of `{}` where it has none (section 6).
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON`
 */
export function artifactHash(request: unknown = {}): Sha256 {
  return sha256(canonicalJson(request));
}

/**
 * What was decided about what, without the volatile part (section 6): SHA-256 of the canonical JSON
 * of `{input, decision}`, the input as it was received.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` where the input has no canonical JSON
 */
export function decisionDigest(input: unknown, decision: Partial<RouteDecision>): Sha256 {
  return sha256(digestText(canonicalJson(input), decision));
}

/** The text that a decision digest hashes, for a caller that has the canonical input already. */
export function digestText(canonicalInput: string, decision: Partial<RouteDecision>): string {
  return `{"decision":${lastingText(decision)},"input":${canonicalInput}}`;
}

/** The canonical JSON of a decision without its volatile part: what a decision digest says of it. */
export function lastingText(decision: Partial<RouteDecision>): string {
  const lasting: Record<string, unknown> = { ...decision };
  for (const member of VOLATILE_MEMBERS) delete lasting[member];
  const names = Object.keys(lasting);
  // A decision as the engine draws it is written in order: what is sorted already costs no sorting.
  const isDrawn = names.length === LASTING_MEMBERS.length && names.every((name) => IS_LASTING.has(name));
  return canonicalJson(isDrawn ? inOrder(lasting) : lasting);
}

const LASTING_MEMBERS: readonly string[] = Object.keys(RouteDecisionSchema.properties)
  .filter((name) => !(VOLATILE_MEMBERS as readonly string[]).includes(name))
  .sort();
const IS_LASTING: ReadonlySet<string> = new Set(LASTING_MEMBERS);

function inOrder(lasting: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(LASTING_MEMBERS.map((name) => [name, lasting[name]]));
}

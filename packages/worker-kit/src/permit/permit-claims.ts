import { type Sha256, sha256, type WorkerContext } from '@wcp/spec';

/** The `typ` of a permit's header. */
export const PERMIT_TYPE = 'wcp-permit+jwt';

/** A permit's claims: the Hall lets one worker run one request in one context, once. */
export interface PermitClaims {
  /** The Hall: the origin of its log. */
  readonly iss: string;
  /** The worker's id. */
  readonly aud: string;
  /** The decision's id: a decision is executed once. */
  readonly jti: string;
  /** Whole seconds since 1970, as `nbf` and `exp`. */
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly tenant_id: string;
  readonly env: string;
  readonly capability_id: string;
  /** The `artifact_hash` of the request. */
  readonly request_hash: Sha256;
  /** SHA-256 of the canonical context: no member of it can be changed. */
  readonly context_hash: Sha256;
  /** The number of the attempt, where it is not the first: each attempt is allowed once. */
  readonly attempt?: number;
  /** The W3C `traceparent` of the call; absent where the Hall traces nothing. */
  readonly traceparent?: string;
  /** Where the worker sends its chained dispatches over HTTP. */
  readonly dispatch_url?: string;
}

/**
 * The claims about a context: what a permit and a call must have in common (section 10).
 *
 * @example
 * ```ts
 * import { canonicalJson, contextClaims, type WorkerContext } from '@wcp/worker-kit';
 *
 * declare const context: WorkerContext;
 * console.log(contextClaims(context, canonicalJson(context)).context_hash);
 * ```
 */
export function contextClaims(context: WorkerContext, canonicalContext: string) {
  const { worker_id, decision_id, tenant_id, env, capability_id } = context;
  const context_hash = sha256(canonicalContext);
  return { aud: worker_id, jti: decision_id, tenant_id, env, capability_id, context_hash };
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value !== '';
const isSeconds: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isOptionalText: Check = (value) => value === undefined || isText(value);
const isOptionalCount: Check = (value) => value === undefined || isSeconds(value);

const CLAIMS: Readonly<Record<keyof PermitClaims, Check>> = {
  iss: isText,
  aud: isText,
  jti: isText,
  iat: isSeconds,
  nbf: isSeconds,
  exp: isSeconds,
  tenant_id: isText,
  env: isText,
  capability_id: isText,
  request_hash: isText,
  context_hash: isText,
  attempt: isOptionalCount,
  traceparent: isOptionalText,
  dispatch_url: isOptionalText,
};

/** The claims of a payload; null where one is absent or of the wrong type. Other claims are ignored. */
export function readClaims(payload: Readonly<Record<string, unknown>>): PermitClaims | null {
  const member = (name: string) => (Object.hasOwn(payload, name) ? payload[name] : undefined);
  const fits = Object.entries(CLAIMS).every(([name, check]) => check(member(name)));
  return fits ? (payload as unknown as PermitClaims) : null;
}

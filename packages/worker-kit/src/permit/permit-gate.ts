import { canonicalJson, sha256 } from '@wcp/spec';
import type { Clock } from '../base/clock.ts';
import type { Admission, AdmissionRequest } from '../run/execute.ts';
import { contextClaims, type PermitClaims } from './permit-claims.ts';
import { ReplayFolder } from './replay-folder.ts';
import { ReplayMemory } from './replay-memory.ts';
import type { ReplayStore } from './replay-store.ts';
import { type PermitCode, verifyPermit } from './verify-permit.ts';

/** How a worker checks permits. */
export interface PermitOptions {
  /** The raw public keys of the Halls it knows, 64 hexadecimal digits each. Without any, it runs only in `dev`. */
  readonly hallKeys: readonly string[];
  /** The folder that records used permits; null, they are recorded in memory. */
  readonly permitStore: string | null;
  /**
   * Asked where none of these keys signed a permit: the keys that count from now on, or null where they stay
   * as they are. A Hall may have changed its key (section 8.7).
   */
  readonly followKeys?: () => Promise<readonly string[] | null>;
}

/**
 * Admits calls by their permits. A worker that knows a Hall requires a permit for every call; one that knows
 * none admits only calls of `dev`.
 */
export function permitGate({ hallKeys, permitStore, followKeys }: PermitOptions, clock: Clock): Admission {
  let keys = hallKeys;
  const verify = (permit: unknown) => verifyPermit(permit, { keys, now: clock.now() });
  const store: ReplayStore =
    permitStore === null ? new ReplayMemory(performance.timeOrigin) : new ReplayFolder(permitStore);
  return async (call) => {
    if (hallKeys.length === 0) return call.context.env === 'dev' ? null : 'WORKER_PERMIT_NO_KEY';
    let reading = verify(call.permit);
    if (!reading.ok && reading.code === 'WORKER_PERMIT_SIGNATURE' && followKeys !== undefined) {
      keys = (await followKeys()) ?? keys;
      reading = verify(call.permit);
    }
    if (!reading.ok) return reading.code;
    return checkBinding(reading.claims, call) ?? useOnce(store, reading.claims, clock.now());
  };
}

/** What differs between a call and its permit, or null. */
function checkBinding(claims: PermitClaims, { context, requestText }: AdmissionRequest): PermitCode | null {
  const { aud, ...same } = contextClaims(context, canonicalJson(context));
  if (claims.aud !== aud) return 'WORKER_PERMIT_WRONG_WORKER';
  if (claims.request_hash !== sha256(requestText)) return 'WORKER_PERMIT_WRONG_REQUEST';
  const names = Object.keys(same) as (keyof typeof same)[];
  return names.every((name) => claims[name] === same[name]) ? null : 'WORKER_PERMIT_WRONG_CONTEXT';
}

async function useOnce(store: ReplayStore, claims: PermitClaims, now: number): Promise<PermitCode | null> {
  const { aud, iss, jti, attempt = 0, iat, exp } = claims;
  const key = sha256(canonicalJson([aud, iss, jti, attempt])).slice('sha256:'.length);
  try {
    return (await store.use({ key, iat, exp, now })) ? null : 'WORKER_PERMIT_REPLAYED';
  } catch {
    return 'WORKER_PERMIT_STORE_FAILED';
  }
}

import { canonicalJson, sha256, type WorkerContext } from '@wcp/spec';
import { contextClaims, verifyPermit, WORKER_CODES, type WorkerCode } from '@wcp/worker-kit';

/** A call as it arrived from a Hall. */
interface ArrivedCall {
  readonly context: WorkerContext;
  readonly request: unknown;
  readonly permit: unknown;
}

const SWEEP_MS = 10_000;

/**
 * Lets a tool run only with a permit that the Hall signed for this very call, each permit once. What this process did
 * not ask for is refused elsewhere, so that a permit from before it began is worth nothing.
 */
export class PermitCheck {
  readonly #hall_keys: () => readonly string[];
  readonly #follow: () => Promise<boolean>;
  readonly #used = new Map<string, number>();
  #sweepAt = 0;

  /** @param follow is asked where no known key signed a permit: whether others count now */
  constructor(hall_keys: () => readonly string[], follow: () => Promise<boolean>) {
    this.#hall_keys = hall_keys;
    this.#follow = follow;
  }

  /** Why the call may not run; null where it may. */
  async refusal(call: ArrivedCall): Promise<WorkerCode | null> {
    const refusal = this.#refusal(call);
    return refusal === 'WORKER_PERMIT_SIGNATURE' && (await this.#follow()) ? this.#refusal(call) : refusal;
  }

  #refusal({ context, request, permit }: ArrivedCall): WorkerCode | null {
    const now = Date.now();
    const reading = verifyPermit(permit, { keys: this.#hall_keys(), now });
    if (!reading.ok) return reading.code;
    const { claims } = reading;
    const { aud, ...same } = contextClaims(context, canonicalJson(context));
    if (claims.aud !== aud) return 'WORKER_PERMIT_WRONG_WORKER';
    if (claims.request_hash !== sha256(canonicalJson(request))) return 'WORKER_PERMIT_WRONG_REQUEST';
    const names = Object.keys(same) as (keyof typeof same)[];
    if (names.some((name) => claims[name] !== same[name])) return 'WORKER_PERMIT_WRONG_CONTEXT';
    this.#sweep(now);
    const name = canonicalJson([claims.iss, claims.jti, claims.attempt ?? 0]);
    if (this.#used.has(name)) return 'WORKER_PERMIT_REPLAYED';
    this.#used.set(name, claims.exp);
    return null;
  }

  /** Forgets permits that have expired, now and then. */
  #sweep(now: number): void {
    if (now < this.#sweepAt) return;
    this.#sweepAt = now + SWEEP_MS;
    for (const [used, until] of this.#used) if (until * 1000 <= now) this.#used.delete(used);
  }
}

/** The result of a call that may not run. */
export function refusedResult(code: WorkerCode) {
  const { status, message } = WORKER_CODES[code];
  return { status, result: null, telemetry: [], evidence: [], deny_reason: { code, message } };
}

import { ProblemError } from '../../base/problem.ts';
import type { CallEnd } from '../call-end.ts';
import { newClaimId, type PulledCall } from './pulled-call.ts';

/** What somebody who carries out calls asks for. */
export interface ClaimRequest {
  readonly worker_ids: readonly string[];
  /** Only calls with this correlation id; absent for all. */
  readonly correlation_id?: string;
  /** Milliseconds to wait for a call. */
  readonly wait_ms: number;
}

interface Claimer {
  readonly request: ClaimRequest;
  take(call: PulledCall | null): void;
}

/** Milliseconds for which a worker is there after somebody last asked for its calls. */
const PRESENCE_MS = 15_000;
/** Milliseconds in which whoever claimed a call must start it: else it goes to the next, and has not run. */
const START_MS = 3_000;
/** Those who may wait at a time. */
const MAX_CLAIMERS = 1_024;

/**
 * Where calls wait for workers that fetch them: programs that no Hall can reach, such as an agent with its own tools
 * or a machine behind a firewall.
 *
 * @example
 * import { CallBoard, createHall, pullDelivery } from '@wcp/hall';
 * import type { RegistryRecord } from '@wcp/spec';
 *
 * declare const record: RegistryRecord;
 * const board = new CallBoard();
 * const hall = await createHall({ board, workers: [{ delivery: pullDelivery({ record, board }) }] });
 * await hall.close();
 */
export class CallBoard {
  /** The calls that wait, by worker id: every worker that fetches its calls is a key. */
  readonly #waiting = new Map<string, Set<PulledCall>>();
  readonly #claims = new Map<string, { readonly call: PulledCall; readonly timer: NodeJS.Timeout }>();
  readonly #claimers = new Set<Claimer>();
  /** When somebody last asked for the calls of a worker, by `performance.now()`. */
  readonly #seen = new Map<string, number>();

  /** Lets a worker fetch calls until the returned function is called. */
  open(worker_id: string): () => void {
    const calls = new Set<PulledCall>();
    this.#waiting.set(worker_id, calls);
    return () => {
      if (this.#waiting.get(worker_id) === calls) this.#waiting.delete(worker_id);
    };
  }

  /** Whether somebody carries out the calls of a worker now, as far as can be known. */
  isPresent(worker_id: string): boolean {
    const isAsking = [...this.#claimers].some(({ request }) => request.worker_ids.includes(worker_id));
    const seen = this.#seen.get(worker_id) ?? Number.NEGATIVE_INFINITY;
    return isAsking || performance.now() - seen < PRESENCE_MS;
  }

  /** Puts up a call. The returned function takes it down once it has ended. */
  offer(call: PulledCall): () => void {
    this.#putUp(call);
    return () => {
      call.end();
      this.#waiting.get(call.work.worker_id)?.delete(call);
      this.#drop(call);
    };
  }

  /**
   * The next call of some workers, once there is one; null where none came in time.
   *
   * @param signal ends the waiting
   * @throws {ProblemError} `NOT_FOUND` for a worker that does not fetch its calls, `RATE_LIMITED`
   */
  async claim(request: ClaimRequest, signal: AbortSignal): Promise<PulledCall | null> {
    const strangers = request.worker_ids.filter((id) => !this.#waiting.has(id));
    if (strangers.length > 0) throw notPulled(strangers);
    for (const id of request.worker_ids) this.#seen.set(id, performance.now());
    return this.#nextFor(request) ?? this.#wait(request, signal);
  }

  /** The call that somebody claimed; null where it has ended, where it went to another, or where there is no such claim. */
  claimed(claim_id: string): PulledCall | null {
    return this.#claims.get(claim_id)?.call ?? null;
  }

  /** Hands a claimed call over, once; false where it has been already, or where it has ended. */
  start(call: PulledCall, lease_ms: number): boolean {
    clearTimeout(this.#claims.get(call.claim_id)?.timer);
    return call.start(lease_ms);
  }

  /** Ends a claimed call by the answer of its worker, and says how; null where it had ended before. */
  complete(call: PulledCall, answer: unknown): CallEnd | null {
    this.#seen.set(call.work.worker_id, performance.now());
    return call.complete(answer);
  }

  #putUp(call: PulledCall): void {
    const claimer = this.#claimerFor(call);
    if (claimer === undefined) this.#waiting.get(call.work.worker_id)?.add(call);
    else claimer.take(this.#reserve(call));
  }

  #nextFor(request: ClaimRequest): PulledCall | null {
    const waiting = request.worker_ids.flatMap((id) => [...(this.#waiting.get(id) ?? [])]);
    const call = waiting.find((one) => isFor(one, request));
    return call === undefined ? null : this.#reserve(call);
  }

  /** Who asks for one correlation comes before who takes any. */
  #claimerFor(call: PulledCall): Claimer | undefined {
    const fitting = [...this.#claimers].filter(({ request }) => isFor(call, request));
    return fitting.find(({ request }) => request.correlation_id !== undefined) ?? fitting[0];
  }

  /** Keeps a call for whoever claimed it, who may have left without hearing of it. */
  #reserve(call: PulledCall): PulledCall {
    this.#waiting.get(call.work.worker_id)?.delete(call);
    const timer = setTimeout(() => {
      this.#drop(call);
      this.#putUp(call);
    }, START_MS);
    timer.unref();
    this.#claims.set(call.claim_id, { call, timer });
    return call;
  }

  /** Forgets a claim: its name is worth nothing from now on. */
  #drop(call: PulledCall): void {
    clearTimeout(this.#claims.get(call.claim_id)?.timer);
    this.#claims.delete(call.claim_id);
    call.claim_id = newClaimId();
  }

  #wait(request: ClaimRequest, signal: AbortSignal): Promise<PulledCall | null> | null {
    if (request.wait_ms === 0 || signal.aborted) return null;
    if (this.#claimers.size >= MAX_CLAIMERS) {
      throw new ProblemError(
        'RATE_LIMITED',
        `${MAX_CLAIMERS} workers wait for calls already. Try again later.`,
      );
    }
    return new Promise((resolve) => {
      const give = () => claimer.take(null);
      const timer = setTimeout(give, request.wait_ms);
      const claimer: Claimer = {
        request,
        take: (call) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', give);
          this.#claimers.delete(claimer);
          for (const id of request.worker_ids) this.#seen.set(id, performance.now());
          resolve(call);
        },
      };
      signal.addEventListener('abort', give);
      this.#claimers.add(claimer);
    });
  }
}

function isFor({ work }: PulledCall, { worker_ids, correlation_id }: ClaimRequest): boolean {
  const isAsked = correlation_id === undefined || correlation_id === work.context.correlation_id;
  return isAsked && worker_ids.includes(work.worker_id);
}

function notPulled(ids: readonly string[]): ProblemError {
  const names = ids.join(', ');
  return new ProblemError(
    'NOT_FOUND',
    `This Hall has no worker ${names} that fetches its calls. Enrol it, and add it to server.json with "pull": true, or its authority with "pull": {"authorities": [...]}.`,
  );
}

import { setTimeout } from 'node:timers/promises';
import { authorityOf } from '@wcp/spec';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../../base/problem.ts';
import type { PulledCall } from '../../delivery/pull/pulled-call.ts';
import type { Principal } from '../../identity/principal.ts';
import type { HallParts } from '../hall-parts.ts';
import type { Routes } from '../route.ts';

const WAIT_MS = 20_000;
const LEASE_MS = 30_000;

/** Workers that fetch their calls (section 10). */
export const CALL_ROUTES = {
  claimCall: {
    async handle({ hall, body, principal, request }) {
      const { worker_ids, correlation_id, wait_ms = WAIT_MS } = body;
      checkWorkers(principal, worker_ids);
      const asked = { worker_ids, wait_ms, ...(correlation_id !== undefined && { correlation_id }) };
      const call = await whileThere(request, (left) => hall.board.claim(asked, left));
      return { claimed: call === null ? null : show(call) };
    },
  },
  startCall: {
    handle({ hall, params: { claim_id }, body: { lease_ms = LEASE_MS }, principal }) {
      const call = claimedBy(principal, claim_id, hall);
      if (!hall.board.start(call, lease_ms)) throw over();
      return { lease_until: leaseUntil(lease_ms, hall), call: JSON.parse(call.work.text) as object };
    },
  },
  renewCall: {
    async handle({ hall, params: { claim_id }, body, principal, request }) {
      const { lease_ms = LEASE_MS, wait_ms = 0 } = body;
      const call = startedBy(principal, claim_id, hall);
      call.renew(lease_ms);
      const lease_until = leaseUntil(lease_ms, hall);
      if (wait_ms > 0) await whileThere(request, (left) => firstOf(call.cancelled, left, wait_ms));
      return { lease_until, is_cancelled: call.cancelled.aborted };
    },
  },
  completeCall: {
    handle({ hall, params: { claim_id }, body: { result }, principal }) {
      const end = hall.board.complete(startedBy(principal, claim_id, hall), result);
      if (end === null) throw over();
      return { delivery_code: 'code' in end ? end.code : null };
    },
  },
} satisfies Partial<Routes>;

/** Waits for something no longer than the caller does. */
async function whileThere<T>(
  { raw: { socket } }: FastifyRequest,
  wait: (left: AbortSignal) => Promise<T>,
): Promise<T> {
  const left = new AbortController();
  const leave = () => left.abort();
  socket.once('close', leave);
  try {
    return await wait(left.signal);
  } finally {
    socket.off('close', leave);
  }
}

/** Resolves with the first of both, or when the time is over. */
async function firstOf(one: AbortSignal, other: AbortSignal, limit_ms: number): Promise<void> {
  const over = AbortSignal.any([one, other]);
  await setTimeout(limit_ms, undefined, { signal: over, ref: false }).catch(() => {});
}

function show({ claim_id, work: { worker_id, context } }: PulledCall) {
  return { claim_id, worker_id, correlation_id: context.correlation_id };
}

function leaseUntil(lease_ms: number, { clock }: HallParts): string {
  return new Date(clock.now() + lease_ms).toISOString();
}

/** A key carries out the workers of its own authority alone. */
function checkWorkers({ authority }: Principal, workerIds: readonly string[]): void {
  const foreign = workerIds.filter((id) => authorityOf(id) !== authority);
  if (foreign.length === 0) return;
  throw new ProblemError(
    'FORBIDDEN',
    `You carry out workers of ${authority} only, not ${foreign.join(', ')}.`,
  );
}

function claimedBy({ authority }: Principal, claimId: string, { board }: HallParts): PulledCall {
  const call = board.claimed(claimId);
  if (call === null || authorityOf(call.work.worker_id) !== authority) throw over();
  return call;
}

function startedBy(principal: Principal, claimId: string, hall: HallParts): PulledCall {
  const call = claimedBy(principal, claimId, hall);
  if (!call.isStarted) throw over();
  return call;
}

function over(): ProblemError {
  const message =
    'No such call is yours: it was completed or never started, its lease or its deadline has passed, or the Hall was restarted. Stop: if you began, the outcome is recorded already.';
  return new ProblemError('NOT_FOUND', message);
}

import { AdmissionScheduler } from '../admission/admission-scheduler.ts';
import { ApprovalService } from '../approval/approval-service.ts';
import { Clicks } from '../approval/chat/click.ts';
import type { ApprovalDemand } from '../approval/demand/approval-demand.ts';
import { Approvers } from '../approval/demand/approvers.ts';
import { createHumanReview } from '../approval/human-review.ts';
import { Confirmations } from '../approval/passkey/confirmations.ts';
import { BlastBudget } from '../dispatch/blast-budget.ts';
import { BudgetLedger } from '../dispatch/budget/budget-ledger.ts';
import { Decider } from '../dispatch/decider.ts';
import { Dispatcher } from '../dispatch/dispatcher.ts';
import { Executor, type PermittedCall } from '../dispatch/executor.ts';
import { IdempotencyStore } from '../dispatch/idempotency-store.ts';
import { issuePermit } from '../dispatch/issue-permit.ts';
import { type HumanReview, Recorder } from '../dispatch/recorder.ts';
import type { HallParts } from '../http/hall-parts.ts';
import type { Metrics } from '../operations/metrics.ts';
import type { Key } from '../storage/store/store.ts';
import type { HallBase, HallState } from './hall-state.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

/** The parts that take requests through the Hall. */
export type Dispatching = Pick<
  HallParts,
  | 'admission'
  | 'ledger'
  | 'approvalService'
  | 'approvers'
  | 'clicks'
  | 'confirmations'
  | 'dispatcher'
  | 'executor'
>;

/** How requests are admitted, decided, recorded, executed and approved. */
export async function createDispatching(state: HallState, metrics: Metrics): Promise<Dispatching> {
  const { options, storage, clock, journal, freezes, pendingApprovals, notifier, identity, log } = state;
  const { store } = storage;
  const { others, halls } = state;
  const { approvalDemands: demands = [] } = options;
  const ledger = await BudgetLedger.open(store);
  const decider = await createDecider(state, ledger);
  const recorder = createRecorder(state, createHumanReview(pendingApprovals, notifier, demands));
  const admission = new AdmissionScheduler({ tenants: options.tenants, workers: state.connected.limits });
  const executor: Executor = new Executor({
    clock,
    journal,
    admission,
    deliveries: state.deliveries,
    timeout_ms: options.timeout_ms ?? DEFAULT_TIMEOUT_MS,
    tracing: state.telemetry.tracing,
    metrics,
    halls,
    others,
    permitOf: permitsOf(state),
    chained: (parent, asked) => dispatcher.chained(parent, asked),
  });
  const idempotency = new IdempotencyStore(store, clock, others);
  const dispatcher = new Dispatcher({ clock, admission, idempotency, decider, recorder, executor, others });
  const stored = { clock, store, journal, pendingApprovals, freezes };
  const { approvers, confirmations } = createApprovers(state, demands);
  const deciding = { decider, recorder, executor };
  const approvalService = new ApprovalService({ ...stored, ...deciding, notifier, approvers, others });
  const clicks = new Clicks({ approvalService, pendingApprovals, identity, clock, log });
  return { admission, ledger, approvalService, approvers, clicks, confirmations, dispatcher, executor };
}

function createRecorder(state: HallState, humanReview: HumanReview): Recorder {
  const { journal, freezes, registry, inspector, identity, telemetry, halls } = state;
  const keptCredential = (sealed: unknown) => identity.keptCredential(sealed);
  const { tracing } = telemetry;
  const marked = { registry, inspector, freezes, halls };
  return new Recorder({ ...marked, journal, humanReview, tracing, keptCredential });
}

function createApprovers(
  { options, passkeys, clock, identity }: HallState,
  demands: readonly ApprovalDemand[],
): Pick<HallParts, 'approvers' | 'confirmations'> {
  const confirmations = new Confirmations({ passkeys, clock, relyingParty: options.webauthn ?? null });
  return { confirmations, approvers: new Approvers({ identity, demands, confirmations }) };
}

async function createDecider(state: HallState, ledger: BudgetLedger): Promise<Decider> {
  const { clock, activeWorld, registry, inspector, freezes, gate, identity, storage, others } = state;
  const budgets = await BlastBudget.open(storage.store);
  const names = (keys: readonly Key[] | null) => keys as readonly string[] | null;
  others.on('chains', async (keys) => budgets.overtake(names(keys)));
  others.on('meta', async (keys) => ledger.overtake(names(keys)));
  return new Decider({
    clock,
    activeWorld,
    registry,
    inspector,
    budgets,
    others,
    ledger,
    freezes,
    gate: gate?.ask ?? null,
    tracing: state.telemetry.tracing,
    judgeCredential: (credential) => identity.judgeTenantCredential(credential, new Date(clock.now())),
  });
}

/** Issues a permit for each attempt at a dispatch, signed with the Hall's own key. */
function permitsOf({ options: { public_url }, keys, origin, clock }: HallBase) {
  const chaining =
    public_url === undefined ? {} : { dispatch_url: new URL('wcp/chain', slashed(public_url)).href };
  return ({ context, request_hash, until, traceparent }: PermittedCall, attempt: number): string =>
    issuePermit(keys.permitKey, {
      issuer: origin,
      context,
      request_hash,
      issued_at: clock.latest(),
      expires_at: until,
      attempt,
      traceparent: traceparent ?? undefined,
      ...chaining,
    });
}

function slashed(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

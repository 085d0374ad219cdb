import { decisionReceipt, outcomeReceipt } from '@wcp/evidence/receipt';
import type { Delivered } from '@wcp/hall';
import { decide } from '@wcp/router';
import {
  canonicalJson,
  type Receipt,
  type RouteDecision,
  type RouteInput,
  type Sha256,
  sha256,
  type WorkerContext,
} from '@wcp/spec';
import type { Terminal } from '../base/terminal.ts';
import type { DemoWorld } from './demo-world.ts';
import { type EvidenceLog, ORIGIN } from './evidence-log.ts';
import { runWorker, type WorkerCall } from './run-worker.ts';
import type { WorkerPackage } from './worker-package.ts';

/** How long a permit is valid. */
const PERMIT_MS = 60_000;

/** The result of one request. */
export interface Dispatched {
  readonly facts: unknown;
  readonly decision: RouteDecision;
  readonly receipt: Receipt;
  /** Null if nothing was executed. */
  readonly run: Delivered | null;
  readonly outcome: Receipt | null;
}

/** What was seen of the workers, by their ids. */
type ObservedWorkers = Readonly<Record<string, { readonly current_hash: Sha256 }>>;

/** A miniature Hall: decides requests in one world, records the evidence, and runs what is allowed. */
export class DemoHall {
  readonly #terminal: Terminal;
  readonly #world: DemoWorld;
  readonly #worker: WorkerPackage;
  readonly #log: EvidenceLog;

  constructor(terminal: Terminal, world: DemoWorld, worker: WorkerPackage, log: EvidenceLog) {
    this.#terminal = terminal;
    this.#world = world;
    this.#worker = worker;
    this.#log = log;
  }

  /** The order is the protocol's: decision, durable receipt, execution, durable outcome (section 8). */
  async dispatch(input: RouteInput): Promise<Dispatched> {
    const facts = await this.#collectFacts();
    const decision = decide(this.#world.world, facts, input);
    const receipt_id = this.#terminal.newId();
    const receipt = await this.#log.addReceipt(decisionReceipt({ receipt_id, decision, input, facts }));
    await this.#log.addEvents(decision.telemetry_envelopes);
    if (decision.outcome !== 'DISPATCH') return { facts, decision, receipt, run: null, outcome: null };
    const run = await this.#run(facts.workers, await this.#callOf(decision, input.request));
    const outcome = await this.#recordOutcome(receipt, run);
    return { facts, decision, receipt, run, outcome };
  }

  /** The facts of a decision: the time, and the worker's code as it is now. */
  async #collectFacts() {
    const current_hash = await this.#worker.hash();
    return {
      now: this.#terminal.now(),
      decision_id: this.#terminal.newId(),
      workers: { [this.#world.record.worker_id]: { available: true, current_hash } },
    };
  }

  /** The call of the worker, with a permit that proves to it that the Hall sent the call. */
  async #callOf(decision: RouteDecision, request: unknown): Promise<WorkerCall> {
    const { issuePermit } = await import('@wcp/hall');
    const context = contextOf(decision);
    const issued_at = Date.parse(this.#terminal.now());
    const permit = issuePermit(this.#log.key, {
      issuer: ORIGIN,
      context,
      request_hash: decision.artifact_hash as Sha256,
      issued_at,
      expires_at: issued_at + PERMIT_MS,
    });
    return { context, request, permit };
  }

  #run(observed: ObservedWorkers, call: WorkerCall): Promise<Delivered> {
    const { record } = this.#world;
    const code_hash = observed[record.worker_id]?.current_hash as Sha256;
    const hall_key = this.#log.key.publicKey;
    return runWorker({ worker: this.#worker, record, code_hash, hall_key }, call);
  }

  async #recordOutcome(decided: Receipt, run: Delivered): Promise<Receipt> {
    const { status, result, duration_ms, enforcement } = run;
    const result_hash = status === 'ok' ? sha256(canonicalJson(result?.result)) : null;
    const outcome = { status, result_hash, duration_ms };
    const receipt_id = this.#terminal.newId();
    const receipt = await this.#log.addReceipt(
      outcomeReceipt({ receipt_id, decided, outcome, ...(enforcement && { enforcement }) }),
    );
    await this.#log.addEvents(result?.telemetry ?? []);
    return receipt;
  }
}

/** A dispatch has every member that a worker's context needs. */
function contextOf(decision: RouteDecision): WorkerContext {
  const { correlation_id, tenant_id, env, data_label, qos_class, capability_id } = decision;
  const { policy_version, decision_id, worker_id } = decision;
  const copied = {
    correlation_id,
    tenant_id,
    env,
    data_label,
    qos_class,
    capability_id,
    decision_id,
    worker_id,
  };
  return { ...copied, policy_version, deadline: null } as WorkerContext;
}

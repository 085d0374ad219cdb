import { decide, effectiveQosClass, type World } from '@wcp/router';
import type { DispatchDecision, Facts, QosClass, RouteDecision, RouteInput } from '@wcp/spec';
import { declaredBlast, lastingText, VOLATILE_MEMBERS } from '@wcp/spec/document';
import { v7 } from 'uuid';
import type { HallClock } from '../base/hall-clock.ts';
import { ownMember, type ReceivedRequest, textOrEmpty } from '../base/received-request.ts';
import type { Tracing } from '../base/tracing.ts';
import type { TenantCredential } from '../identity/credential/tenant-credential.ts';
import type { Freezes } from '../operations/freezes.ts';
import type { Registry } from '../registry/registry.ts';
import type { Observation, WorkerInspector } from '../registry/worker-inspector.ts';
import { ALWAYS } from '../storage/journal.ts';
import type { OtherHalls } from '../storage/other-halls.ts';
import { decisionAttributes } from '../telemetry/span-attributes.ts';
import type { ActiveWorld } from '../world/active-world.ts';
import type { HallWorld } from '../world/hall-world.ts';
import { askGate, type HallPolicyGate, mayAsk } from '../world/policy-gate.ts';
import type { BlastBudget, BlastSpent, ChainId } from './blast-budget.ts';
import { accountsForAny, accountsOf, type BudgetAccount, spentFacts } from './budget/budget-account.ts';
import type { BudgetLedger } from './budget/budget-ledger.ts';
import { type Spending, spend } from './budget/spending.ts';
import type { ChainStop } from './chained-dispatch.ts';

/** The facts that are a decision's own; what it shares with others stands in its observation. */
export type OwnFacts = Omit<Facts, 'workers' | 'banned_hashes'>;

/** A decision of a Hall: its facts name the time and the id. */
export type HallDecision = RouteDecision & { readonly decision_id: string; readonly timestamp: string };

/** A decision, and all that it was made from. */
export interface Decided {
  readonly received: ReceivedRequest;
  readonly decision: HallDecision;
  /** The JSON of the decision. */
  readonly text: string;
  /** The canonical JSON of what its digest covers. */
  readonly lasting: string;
  readonly facts: OwnFacts;
  readonly observation: Observation;
  /** What was spent of the dispatch chain and of the budgets; null where nothing is executed. */
  readonly spending: Spending | null;
  /** The commit up to which it was known what other Halls did. */
  readonly since: number;
  /** The {@link Freezes.version} that it was decided under. */
  readonly freezes: number;
}

/** What a decision is for. */
export interface Purpose {
  /** A worker starts where the decision says so: facts are as of now, and the blast budget is charged. */
  readonly isDispatch: boolean;
  /** The fact `approval`, in view of what is seen of the workers now. */
  readonly approval?: (seen: Observation) => NonNullable<Facts['approval']>;
  /** The correlation was frozen for the human for whom this is decided: only wider freezes count. */
  readonly isTakenOver?: boolean;
  /** How deep in a dispatch chain this one is; 0 for a tenant's own request. */
  readonly depth?: number;
  /** Up to which commit it was known what other Halls did, where something was read before; else now. */
  readonly since?: number;
  /** Why the dispatch chain ends here: the decision is then a denial. */
  readonly stop?: ChainStop | null;
}

/** What a decider works with. */
export interface DeciderSources {
  readonly clock: HallClock;
  readonly activeWorld: ActiveWorld;
  readonly registry: Registry;
  readonly inspector: WorkerInspector;
  readonly budgets: BlastBudget;
  readonly ledger: BudgetLedger;
  readonly freezes: Freezes;
  readonly gate: HallPolicyGate | null;
  readonly tracing: Tracing;
  readonly others: Pick<OtherHalls, 'commit'>;
  /** The fact about a request's `tenant_credential`. */
  judgeCredential(credential: TenantCredential): Promise<NonNullable<Facts['credential']>>;
}

/** What a worker is given is what is there now. */
const FOR_DISPATCH = { mustDeliver: true } as const;
/** Where nothing is executed, an observation may be a moment old. */
const FOR_ROUTE = { maxAgeMs: 250 } as const;

/** What is decided, and what is known of it but for what is spent and frozen. */
interface Question {
  readonly taken: HallWorld;
  readonly received: ReceivedRequest;
  readonly purpose: Purpose;
  readonly observation: Observation;
  readonly facts: OwnFacts;
  readonly since: number;
}

/** Times that amounts are loaded again which others have changed while the chain was loaded. */
const ROUNDS = 20;

/** Collects the facts and decides. Nothing is durable yet, and nothing has happened. */
export class Decider {
  readonly #sources: DeciderSources;

  constructor(sources: DeciderSources) {
    this.#sources = sources;
  }

  /** The class that a request is served in, which its tenant's floor may lower, before anything is decided about it. */
  classOf(received: ReceivedRequest): QosClass {
    const tenant = textOrEmpty(ownMember(received, 'tenant_id'));
    return effectiveQosClass(
      this.#sources.activeWorld.current.world,
      tenant,
      ownMember(received, 'qos_class'),
    );
  }

  /** @throws {WcpError} `ERR_WCP_CLOCK` */
  decide(received: ReceivedRequest, purpose: Purpose): Promise<Decided> {
    return this.#sources.tracing.span('wcp.decide', {}, async (span) => {
      const decided = await this.#decide(received, purpose);
      span.set(decisionAttributes(decided.decision));
      return decided;
    });
  }

  async #decide(received: ReceivedRequest, purpose: Purpose): Promise<Decided> {
    const { inspector, gate, activeWorld, others } = this.#sources;
    // Before anything is read: what others do from here on, this decision may not know.
    const since = Math.min(purpose.since ?? ALWAYS, others.commit);
    const capability = ownMember(received, 'capability_id');
    const observation = purpose.isDispatch
      ? await inspector.inspect(capability, FOR_DISPATCH)
      : await inspector.inspect(capability, FOR_ROUTE);
    const facts = await this.#ownFacts(received, purpose, observation);
    const taken = activeWorld.current;
    const { gateProbe } = taken;
    if (gate === null || gateProbe === null || !mayAsk(gate, ownMember(received, 'env'))) {
      return this.#conclude({ taken, received, purpose, observation, facts, since });
    }
    const isFrozen = this.#frozen(received, purpose) !== null;
    const learnt = isFrozen ? {} : await this.#askGate(taken, gateProbe, received, observation, facts, gate);
    return this.#conclude({ taken, received, purpose, observation, facts: { ...facts, ...learnt }, since });
  }

  /** Decides and spends in one synchronous step: no other decision or freeze comes in between. */
  async #conclude(question: Question): Promise<Decided> {
    const { taken, received, purpose, observation, facts: known, since } = question;
    const accounts = this.#accounts(taken, received, known.now);
    await this.#loadBudgets(received, accounts);
    // Another world came into force meanwhile: the observation and the verdict were about the one before.
    if (this.#sources.activeWorld.current !== taken) return this.#decide(received, purpose);
    const { blast_score } = this.#spentOf(received);
    const { depth = 0 } = purpose;
    const charged = blast_score === 0 && depth === 0 ? known : { ...known, chain: { blast_score, depth } };
    const frozen = this.#frozen(received, purpose);
    const facts = {
      ...this.#spentFacts(accounts),
      ...charged,
      ...(frozen === null ? {} : { frozen }),
    };
    const decision = decide(taken.world, { ...observation.facts, ...facts }, received.input) as HallDecision;
    const isSpent = purpose.isDispatch && decision.outcome === 'DISPATCH' && !decision.dry_run;
    const spending = isSpent ? this.#spend(taken, received, decision) : null;
    const { version: freezes } = this.#sources.freezes;
    return { received, decision, ...textsOf(decision), facts, observation, spending, since, freezes };
  }

  async #ownFacts(received: ReceivedRequest, { approval }: Purpose, seen: Observation): Promise<OwnFacts> {
    const { clock } = this.#sources;
    const credential = await this.#credential(received);
    return {
      now: clock.timestamp(),
      decision_id: v7(),
      ...(credential == null ? {} : { credential }),
      ...(approval === undefined ? {} : { approval: approval(seen) }),
    };
  }

  #frozen(
    received: ReceivedRequest,
    { isTakenOver = false, stop = null }: Purpose,
  ): NonNullable<Facts['frozen']> | null {
    if (stop !== null) return { scope: 'chain', reason: stop };
    const { tenant_id, correlation_id } = chainOf(received);
    return this.#sources.freezes.of(tenant_id, correlation_id, isTakenOver) ?? null;
  }

  async #credential(received: ReceivedRequest): Promise<Facts['credential']> {
    const sealed = ownMember(received, 'tenant_credential');
    if (typeof sealed !== 'string') return null;
    const tenant_id = textOrEmpty(ownMember(received, 'tenant_id'));
    return this.#sources.judgeCredential({ sealed, text: received.credential, tenant_id });
  }

  /** Where the amounts of the budgets are that may limit a request, whichever worker is selected. */
  #accounts({ budgets }: HallWorld, received: ReceivedRequest, now: string): readonly BudgetAccount[] {
    if (budgets.length === 0) return [];
    const capability_id = textOrEmpty(ownMember(received, 'capability_id'));
    const subject = { tenant_id: chainOf(received).tenant_id, capability_id };
    const workers = () => this.#sources.registry.serving(capability_id).map(({ record }) => record.worker_id);
    return accountsForAny(budgets, subject, workers, now);
  }

  async #loadBudgets(received: ReceivedRequest, accounts: readonly BudgetAccount[]): Promise<void> {
    // The chain comes last: an amount of a budget that is out of the cache by then denies, and that of a chain would not.
    const { ledger, budgets } = this.#sources;
    for (let round = 0; round < ROUNDS; round += 1) {
      await ledger.load(accounts);
      await budgets.load(chainOf(received));
      if (ledger.isCurrent(accounts)) return;
    }
  }

  #spentFacts(accounts: readonly BudgetAccount[]): Pick<OwnFacts, 'x.spent'> {
    if (accounts.length === 0) return {};
    return { 'x.spent': spentFacts(accounts, (account) => this.#sources.ledger.of(account)) };
  }

  #spentOf(received: ReceivedRequest): BlastSpent {
    return this.#sources.budgets.of(chainOf(received));
  }

  /**
   * The gate's verdict, fetched beforehand, so that the decision can be made again without the gate. Where a budget
   * denies before the gate is asked, the amounts that it denied with: with others the missing verdict would deny.
   */
  async #askGate(
    taken: HallWorld,
    gateProbe: World,
    received: ReceivedRequest,
    observation: Observation,
    facts: OwnFacts,
    gate: HallPolicyGate,
  ): Promise<Pick<OwnFacts, 'policy' | 'x.spent'>> {
    const accounts = this.#accounts(taken, received, facts.now);
    await this.#loadBudgets(received, accounts);
    const { blast_score } = this.#spentOf(received);
    const spent = this.#spentFacts(accounts);
    const known = { ...observation.facts, ...facts, ...spent, chain: { blast_score } };
    this.#sources.activeWorld.takeGateRequest();
    const { deny_code } = decide(gateProbe, known, received.input);
    const request = this.#sources.activeWorld.takeGateRequest();
    if (request !== null) {
      const asking = () => askGate(gate, request);
      return { policy: await this.#sources.tracing.span('wcp.policy_gate', {}, asking) };
    }
    return deny_code?.startsWith('DENY_X_BUDGET_') === true ? spent : {};
  }

  #spend(taken: HallWorld, received: ReceivedRequest, decision: HallDecision): Spending {
    const { budgets, ledger, registry } = this.#sources;
    const { worker_id, tenant_id, capability_id, timestamp } = decision as DispatchDecision & HallDecision;
    const blast = ownBlast(received.input, registry.get(worker_id)?.record.blast_radius);
    const accounts = accountsOf(taken.budgets, { tenant_id, capability_id, worker_id }, timestamp);
    return spend(budgets, ledger, { chain: chainOf(received), blast, accounts });
  }
}

/** The dispatch chain of a request that has not been checked yet. */
function chainOf(received: ReceivedRequest): ChainId {
  return {
    tenant_id: textOrEmpty(ownMember(received, 'tenant_id')),
    correlation_id: textOrEmpty(ownMember(received, 'correlation_id')),
  };
}

/**
 * A decision as text: the lasting part is written once, for the digest and for the answer. The digest of a
 * denial leaves out its prose (R17), which the answer has.
 */
function textsOf(decision: HallDecision): { readonly text: string; readonly lasting: string } {
  const lasting = lastingText(decision);
  if (decision.deny_reason_if_denied !== null) return { text: JSON.stringify(decision), lasting };
  const volatile = Object.fromEntries(VOLATILE_MEMBERS.map((name) => [name, decision[name]]));
  return { text: `${JSON.stringify(volatile).slice(0, -1)},${lasting.slice(1)}`, lasting };
}

/** What a dispatch spends: the greatest of what its worker declares and what its input says (section 5, step 12). */
function ownBlast(input: unknown, declared: Parameters<typeof declaredBlast>[0]): number {
  const { blast_score, blast_radius } = input as Pick<RouteInput, 'blast_score' | 'blast_radius'>;
  const sum = Object.values(blast_radius ?? {}).reduce((total, value) => total + value, 0);
  return Math.max(declaredBlast(declared), sum, blast_score ?? 0);
}

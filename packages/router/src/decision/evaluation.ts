import type { DenyCode, DenyReason, SupervisorLevel } from '@wcp/spec';
import type { CandidateReport, HoldReason } from '@wcp/spec/document';
import type { RouteInputReading } from '@wcp/spec/input';
import type { PolicyVerdict } from '../steps/policy-gate.ts';
import type { CompiledRule } from '../world/compiled-rule.ts';
import type { CompiledWorker } from '../world/compiled-worker.ts';
import type { Engine } from '../world/world.ts';
import type { FactsReading } from './read-facts.ts';

/** What a denial says beside its code and message (section 13, "`deny_reason_if_denied`"). */
export type DenialDetail = Partial<Omit<DenyReason, 'code' | 'message'>>;

/** Why a step does not let the case pass. */
export interface Denial {
  readonly code: DenyCode;
  readonly detail: DenialDetail;
}

/** A step's request for a human. */
export interface Hold {
  readonly reason: HoldReason;
  readonly level: SupervisorLevel;
}

/** One decision in the making: its arguments, and what the steps have found out so far. */
export class Evaluation {
  readonly engine: Engine;
  readonly facts: FactsReading;
  readonly input: RouteInputReading;

  rule: CompiledRule | null = null;
  matched_rule_id = 'PRE_ROUTING';
  candidates: CandidateReport[] = [];
  worker: CompiledWorker | null = null;
  controls: readonly string[] | null = null;
  attestation_required = false;
  attestation_valid: boolean | null = null;
  envelope_ok: boolean | null = null;
  blast_score: number | null = null;
  blast_limit = 0;
  blast_passed: boolean | null = null;
  verdict: PolicyVerdict | null = null;
  holds: Hold[] = [];
  /** What the holds come to: their highest level; null without a hold. */
  level: SupervisorLevel | null = null;
  /** When what is held ends; null without a hold that could end. */
  expires_at: string | null = null;
  approved = false;

  constructor(engine: Engine, facts: FactsReading, input: RouteInputReading) {
    this.engine = engine;
    this.facts = facts;
    this.input = input;
  }
}

/** Whether the strict environments' rules apply: prod and edge. */
export function isStrict({ input }: Evaluation): boolean {
  return input.env === 'prod' || input.env === 'edge';
}

const NOTHING: DenialDetail = Object.freeze(Object.create(null));

/** A denial with what its code carries. */
export function deny(code: DenyCode, detail: DenialDetail = NOTHING): Denial {
  return { code, detail };
}

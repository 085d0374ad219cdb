import type { SupervisorLevel } from '@wcp/spec';
import type { CandidateReport, HoldReason } from '@wcp/spec/document';
import type { AcceptedInput, RouteInputReading } from '@wcp/spec/input';
import type { CompiledRule } from '../world/compiled-rule.ts';
import type { CompiledWorker } from '../world/compiled-worker.ts';
import type { PolicyVerdict } from '../world/policy-gate.ts';
import type { Engine } from '../world/world.ts';
import type { AcceptedFacts, FactsReading } from './read-facts.ts';

/** A step's request for a human. */
export interface Hold {
  readonly reason: HoldReason;
  readonly level: SupervisorLevel;
}

/** One decision in the making: its arguments, and what the steps have found out so far. */
export class Evaluation {
  readonly engine: Engine;
  readonly facts: FactsReading;
  /** As received until step 5; then raised to the floor of its tenant (R19). */
  input: RouteInputReading;

  rule: CompiledRule | null = null;
  matched_rule_id = 'PRE_ROUTING';
  candidates: CandidateReport[] = [];
  worker: CompiledWorker | null = null;
  controls: readonly string[] | null = null;
  attestation_required = false;
  attestation_valid: boolean | null = null;
  envelope_ok: boolean | null = null;
  /** What this request adds to the blast of its dispatch chain. */
  own_blast = 0;
  blast_score: number | null = null;
  blast_limit = 0;
  blast_passed: boolean | null = null;
  verdict: PolicyVerdict | null = null;
  holds: Hold[] = [];
  /** The highest supervisor level of the holds; null without a hold. */
  level: SupervisorLevel | null = null;
  /** When the hold expires; null without a hold that could expire. */
  expires_at: string | null = null;
  approved = false;

  constructor(engine: Engine, facts: FactsReading, input: RouteInputReading) {
    this.engine = engine;
    this.facts = facts;
    this.input = input;
  }
}

/** An evaluation whose input and facts were read: what steps 3 to 8 build on. */
export interface AcceptedEvaluation extends Evaluation {
  input: AcceptedInput;
  readonly facts: AcceptedFacts;
}

/** An evaluation with the rule that matched: what step 9 builds on. */
export interface MatchedEvaluation extends AcceptedEvaluation {
  rule: CompiledRule;
}

/** An evaluation with the worker that was selected and its controls: what steps 10 to 12 build on. */
export interface SelectedEvaluation extends MatchedEvaluation {
  worker: CompiledWorker;
  controls: readonly string[];
}

/** An evaluation with its blast score: what steps 13 to 15 and every decision but a denial build on. */
export interface ScoredEvaluation extends SelectedEvaluation {
  blast_score: number;
}

/** Whether the strict environments' rules apply: prod and edge. */
export function isStrict({ input }: Evaluation): boolean {
  return input.env === 'prod' || input.env === 'edge';
}

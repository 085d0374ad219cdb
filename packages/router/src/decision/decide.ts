import type { RouteDecision } from '@wcp/spec';
import { readRouteInput } from '@wcp/spec/input';
import {
  checkCredential,
  checkFacts,
  checkFreeze,
  checkInput,
  checkPolicyVersion,
  checkShadowing,
  checkSignatory,
  checkWorld,
  matchRule,
} from '../steps/admission.ts';
import { checkAttestation } from '../steps/attestation.ts';
import { checkEnvelope } from '../steps/envelope.ts';
import { selectWorker } from '../steps/selection.ts';
import { askPolicyGate, checkApproval, checkBlast, checkHuman } from '../steps/supervision.ts';
import { RuleTable } from '../world/rule-table.ts';
import { DEFAULT_POLICY_VERSION } from '../world/settings.ts';
import { brokenEngine, type Engine, engineOf, type World } from '../world/world.ts';
import { buildDecision } from './build-decision.ts';
import { type Denial, deny, Evaluation } from './evaluation.ts';
import { readFacts } from './read-facts.ts';

/** One step of section 5: lets the case pass, or says why not. */
export interface Step {
  readonly step: number;
  readonly title: string;
  readonly check: (current: Evaluation) => Denial | null;
}

/** Section 5: the steps in their normative order; the first that fails gives the code. */
export const STEPS: readonly Step[] = [
  { step: 1, title: 'the input is valid', check: checkInput },
  { step: 2, title: 'the world compiled without errors', check: checkWorld },
  { step: 2, title: 'the facts have their form', check: checkFacts },
  { step: 3, title: 'nothing is frozen', check: checkFreeze },
  { step: 4, title: 'the tenant is a signatory', check: checkSignatory },
  { step: 5, title: "the credential is valid and this tenant's", check: checkCredential },
  { step: 6, title: 'the policy version is the one the caller expects', check: checkPolicyVersion },
  { step: 7, title: 'no rule is dead', check: checkShadowing },
  { step: 8, title: 'a rule matches', check: matchRule },
  { step: 9, title: 'a worker is selected', check: selectWorker },
  { step: 10, title: "the worker's code is what was attested", check: checkAttestation },
  { step: 11, title: "the worker's envelope is within the ceiling", check: checkEnvelope },
  { step: 12, title: 'the blast score is within the limit', check: checkBlast },
  { step: 13, title: 'the policy gate allows it', check: askPolicyGate },
  { step: 14, title: 'the rule asks for no human', check: checkHuman },
  {
    step: 15,
    title: 'the approval fits this decision',
    check: (current) => checkApproval(current, buildDecision),
  },
];

/** Stands for a world that `compileWorld` did not make. */
export const NOWHERE: Engine = brokenEngine(null, DEFAULT_POLICY_VERSION, new RuleTable());

/**
 * Decides whether a capability request runs, on which worker, and what evidence says so (section 5).
 * Total, pure and deterministic: it never throws, looks at no clock, keeps nothing, and equal
 * arguments give equal decisions. Whatever is unknown, missing or malformed denies.
 *
 * @param world from `compileWorld`; anything else denies with `DENY_HALL_MISCONFIGURED`
 * @param facts what the caller observed for this decision (section 4.4)
 * @param input the request, in whatever form it arrived
 * @example
 * const decision = decide(world, { now: '2026-01-01T00:00:00.000Z', decision_id }, input);
 * if (decision.outcome === 'DISPATCH') run(decision.worker_id);
 */
export function decide(world: World, facts: unknown, input: unknown): RouteDecision {
  return decideIn(engineOf(world, NOWHERE), facts, input);
}

/** {@link decide} inside an engine. */
export function decideIn(engine: Engine, facts: unknown, input: unknown): RouteDecision {
  let current: Evaluation | null = null;
  try {
    current = new Evaluation(engine, readFacts(facts), readRouteInput(input));
    return settle(current);
  } catch {
    const unread = current ?? new Evaluation(engine, readFacts(null), readRouteInput(null));
    return buildDecision(unread, deny('DENY_INTERNAL_ERROR'));
  }
}

function settle(current: Evaluation): RouteDecision {
  for (const { check } of STEPS) {
    const denial = check(current);
    if (denial !== null) return buildDecision(current, denial);
  }
  return buildDecision(current);
}

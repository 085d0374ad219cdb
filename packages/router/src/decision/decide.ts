import type { RouteDecision } from '@wcp/spec';
import { readRouteInput } from '@wcp/spec/input';
import { deny } from '../evaluation/denial.ts';
import { Evaluation, type ScoredEvaluation } from '../evaluation/evaluation.ts';
import { readFacts } from '../evaluation/read-facts.ts';
import { STEPS } from '../steps/index.ts';
import { type Engine, engineOf, type World } from '../world/world.ts';
import { buildDecision, buildDenial } from './build-decision.ts';

/**
 * Decides whether a capability request runs, on which worker, and what evidence says so (section 5).
 * Total, pure and deterministic: it never throws, reads no clock, keeps nothing, and equal arguments
 * give equal decisions. Whatever is unknown, missing or malformed denies.
 *
 * @param world from `compileWorld`; anything else denies with `DENY_HALL_MISCONFIGURED`
 * @param facts what the caller observed for this decision (section 4.4)
 * @param input the request, in whatever form it arrived
 * @example
 * import { compileWorld, decide } from '@wcp/router';
 *
 * declare const documents: { rules: unknown; workers: unknown };
 * const world = compileWorld(documents);
 * const facts = { now: '2026-01-01T00:00:00Z', decision_id: '6b1f4c8e-0f5a-4f6e-8d43-0c8f5f0a7e21' };
 * const decision = decide(world, facts, { capability_id: 'cap.doc.summarize' });
 * if (decision.outcome === 'DISPATCH') console.log(decision.worker_id);
 * if (decision.outcome === 'DENY') console.log(decision.deny_code); // DENY_INVALID_INPUT
 */
export function decide(world: World, facts: unknown, input: unknown): RouteDecision {
  return decideIn(engineOf(world), facts, input);
}

/** {@link decide} inside an engine. */
export function decideIn(engine: Engine, facts: unknown, input: unknown): RouteDecision {
  let current: Evaluation | null = null;
  try {
    current = new Evaluation(engine, readFacts(facts), readRouteInput(input));
    return runSteps(current);
  } catch {
    const unread = current ?? new Evaluation(engine, readFacts(null), readRouteInput(null));
    return buildDenial(unread, deny('DENY_INTERNAL_ERROR'));
  }
}

/** Section 5: the first step that denies decides; where none does, every step has set what it sets. */
function runSteps(current: Evaluation): RouteDecision {
  for (const step of STEPS) {
    const denial = step.check(current, buildDecision);
    if (denial !== null) return buildDenial(current, denial);
  }
  return buildDecision(current as ScoredEvaluation);
}

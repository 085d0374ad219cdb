import { DENY_CODES, type RouteDecision } from '@wcp/spec';
import { readRouteInput } from '@wcp/spec/input';
import { buildDecision } from '../decision/build-decision.ts';
import { decideIn } from '../decision/decide.ts';
import { type Denial, deny } from '../evaluation/denial.ts';
import { Evaluation } from '../evaluation/evaluation.ts';
import { readFacts } from '../evaluation/read-facts.ts';
import { STEPS, type Step } from '../steps/index.ts';
import { engineOf, type World } from '../world/world.ts';
import type { Change } from './change.ts';
import { describeHold, describeStep } from './describe-step.ts';
import { smallestChange } from './smallest-change.ts';

/** The outcome of one step. */
export interface ExplainedStep {
  readonly step: number;
  readonly title: string;
  readonly status: 'passed' | 'denied' | 'held' | 'not_reached';
  /** Why, in one sentence. */
  readonly reason: string;
}

/** Why a decision is what it is. */
export interface Explanation {
  readonly decision: RouteDecision;
  readonly steps: readonly ExplainedStep[];
  /**
   * The fewest single changes, up to three, under which the same request would be dispatched, as tried
   * on the engine itself. Empty where it is dispatched already, null where no such set was found.
   */
  readonly changes: readonly Change[] | null;
  /** What to do next, in one sentence; null after a dispatch. */
  readonly remedy: string | null;
}

/**
 * Explains a decision (section 5): each step, whether it passed and why, and the smallest change that
 * would allow the request. Pure and total like `decide`, but far slower: for diagnosis, not for routing.
 *
 * @example
 * import { explain, type World } from '@wcp/router';
 *
 * declare const world: World;
 * const facts = { now: '2026-01-01T00:00:00Z', decision_id: '6b1f4c8e-0f5a-4f6e-8d43-0c8f5f0a7e21' };
 * const { steps, changes } = explain(world, facts, { capability_id: 'cap.doc.summarize' });
 * for (const { step, status, reason } of steps) console.log(step, status, reason);
 * console.log(changes);
 */
export function explain(world: World, facts: unknown, input: unknown): Explanation {
  const engine = engineOf(world);
  const decision = decideIn(engine, facts, input);
  return {
    decision,
    steps: retrace(new Evaluation(engine, readFacts(facts), readRouteInput(input))),
    changes: smallestChange(engine, facts, input, decision),
    remedy: remedyOf(decision),
  };
}

function retrace(current: Evaluation): ExplainedStep[] {
  let denied = false;
  return STEPS.map((each): ExplainedStep => {
    const { step, title } = each;
    if (denied) return { step, title, status: 'not_reached', reason: 'An earlier step denied.' };
    const denial = attempt(each, current);
    denied = denial !== null;
    if (denial !== null) return { step, title, status: 'denied', reason: meaningOf(denial) };
    const held = describeHold(each, current);
    return {
      step,
      title,
      status: held === null ? 'passed' : 'held',
      reason: held ?? describeStep(each, current),
    };
  });
}

/** As in `decide`: an error inside a step denies. */
function attempt(step: Step, current: Evaluation): Denial | null {
  try {
    return step.check(current, buildDecision);
  } catch {
    return deny('DENY_INTERNAL_ERROR');
  }
}

function meaningOf({ code, message = '' }: Denial): string {
  return `${DENY_CODES[code].meaning} ${message}`.trimEnd();
}

function remedyOf(decision: RouteDecision): string | null {
  if (decision.outcome === 'DENY') return DENY_CODES[decision.deny_code].remedy;
  if (decision.outcome === 'DISPATCH') return null;
  return `A steward must resolve the hold at supervisor level ${decision.supervisor_level}; its Hall then carries the request out, so do not send it again.`;
}

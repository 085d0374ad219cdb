import { decide, type World } from '@wcp/router';
import { decisionDigest, type Facts, type RouteDecision } from '@wcp/spec';
import type { RecordedDecision } from '../client/wire.ts';

/** Makes a recorded decision again from what it was made from, in its own world. */
export function decideAgain(world: World, { facts, input }: RecordedDecision): RouteDecision {
  return decide(world, facts, input);
}

/**
 * Makes a recorded decision in another world. An approval is bound to the decision for which it was given,
 * and so to its world: one that was used is taken to be given for what would be held now.
 */
export function decideOtherwise(world: World, record: RecordedDecision): RouteDecision {
  const { facts, input, decision } = record;
  const { approval } = Object(facts) as Partial<Facts>;
  if (approval == null || decision.outcome !== 'DISPATCH') return decide(world, facts, input);
  const held = decide(world, { ...(facts as object), approval: null }, input);
  if (held.outcome !== 'STEWARD_HOLD' || held.supervisor_level !== 'gatekeeper') return held;
  const rebound = { ...approval, decision_digest: decisionDigest(input, held) };
  return decide(world, { ...(facts as object), approval: rebound }, input);
}

import type { RouteDecision } from '@wcp/spec';
import { nestingOf } from '@wcp/spec/json';
import type { DecisionRow, Store } from './store.ts';

/** A decision with everything that it was made from. */
export interface DecisionRecord {
  /** That of its receipt. */
  readonly position: number;
  readonly input: unknown;
  readonly facts: object;
  readonly decision: RouteDecision;
}

/** Puts a recorded decision together again. */
export async function readDecisionRecord(store: Store, position: number): Promise<DecisionRecord> {
  const row = (await store.get('decisions', position)) as DecisionRow;
  const observation = await store.get('observations', row.observation);
  const decision = JSON.parse(row.decision) as RouteDecision;
  const facts = {
    ...(JSON.parse(observation?.facts ?? '{}') as object),
    ...(JSON.parse(row.facts) as object),
  };
  return { position, input: row.input === null ? null : inputOf(row.input), facts, decision };
}

/** Far beyond what `decide` takes, and far below what would exhaust the stack of whoever writes or reads it. */
const DEEPEST = 256;

/** An input for showing; one that nobody could show is null, and its decision says what was wrong with it. */
function inputOf(text: string): unknown {
  return nestingOf(text) > DEEPEST ? null : JSON.parse(text);
}

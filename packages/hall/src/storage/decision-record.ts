import type { RouteDecision } from '@wcp/spec';
import { nestingOf } from '@wcp/spec/json';
import { rowThere } from './seal/row-there.ts';
import type { Store } from './store/store.ts';

/** A decision and everything that it was made from. */
export interface DecisionRecord {
  /** That of its receipt. */
  readonly position: number;
  readonly input: unknown;
  readonly facts: object;
  readonly decision: RouteDecision;
}

/**
 * Reads the decision of a receipt; null where its request is no longer held.
 *
 * @throws {WcpError} `ERR_WCP_STORE_TAMPERED` where it, or what was observed for it, is missing: both are stored with
 *   the receipt and never removed
 */
export async function readDecisionRecord(store: Store, position: number): Promise<DecisionRecord | null> {
  const row = await rowThere(store, 'decisions', position);
  if (row.decision === null) return null;
  const observation = await rowThere(store, 'observations', row.observation);
  const decision = JSON.parse(row.decision) as RouteDecision;
  const facts = {
    ...(JSON.parse(observation.facts) as object),
    ...(JSON.parse(row.facts ?? '{}') as object),
  };
  return { position, input: row.input === null ? null : inputOf(row.input), facts, decision };
}

/** Nesting far beyond what `decide` accepts, and far below what would exhaust the stack of a reader. */
const MAX_NESTING = 256;

/** An input to be shown; null where it is nested too deeply, which its decision says. */
function inputOf(text: string): unknown {
  return nestingOf(text) > MAX_NESTING ? null : JSON.parse(text);
}

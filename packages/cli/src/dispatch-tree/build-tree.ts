import type { Receipt } from '@wcp/spec';
import type { DecisionRecord } from '@wcp/spec/hall';
import { type DispatchNode, nodeOf, parentOf } from './dispatch-node.ts';

/** A Hall lets no dispatch chain go deeper than 8; forged evidence is shown no deeper than this. */
const MAX_DEPTH = 64;

/**
 * The decisions under one correlation id as a tree: the requests of a worker are below the dispatch that
 * it ran under. Only an earlier record in the log can be a parent, so that no record makes a cycle.
 */
export function buildTree(records: readonly DecisionRecord[], receipts: readonly Receipt[]): DispatchNode[] {
  const ordered = [...records].sort((a, b) => a.position - b.position);
  const outcomes = outcomesOf(receipts);
  const above = placesAbove(ordered);
  const below = ordered.map((): DispatchNode[] => []);
  const roots: DispatchNode[] = [];
  // From last to first, so that the children of a decision exist before its own node is made.
  for (const [place, record] of [...ordered.entries()].reverse()) {
    const at = above[place] ?? null;
    const outcome = outcomes.get(record.decision.decision_id);
    const children = (below[place] ?? []).reverse();
    const node = nodeOf(record, outcome, at === null ? parentOf(record) : null, children);
    (at === null ? roots : below[at])?.push(node);
  }
  return roots.reverse();
}

/** The index of each decision's parent; null for a root. */
function placesAbove(ordered: readonly DecisionRecord[]): (number | null)[] {
  const places = new Map(ordered.map(({ decision }, place) => [decision.decision_id, place]));
  const depths: number[] = [];
  return ordered.map((record, place) => {
    const parent = parentOf(record);
    const at = parent === null ? undefined : places.get(parent);
    const depth = at === undefined || at >= place ? 0 : (depths[at] ?? 0) + 1;
    const isBelow = depth > 0 && depth <= MAX_DEPTH;
    depths.push(isBelow ? depth : 0);
    return isBelow ? (at as number) : null;
  });
}

function outcomesOf(receipts: readonly Receipt[]): ReadonlyMap<string | null, Receipt['outcome']> {
  return new Map(
    receipts
      .filter(({ kind }) => kind === 'outcome')
      .map(({ decision_id, outcome }) => [decision_id ?? null, outcome] as const),
  );
}

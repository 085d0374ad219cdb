import { canonicalJson, parseRouteInput, type RouteDecision, type RouteInput } from '@wcp/spec';
import { decideIn } from '../decision/decide.ts';
import type { Engine } from '../world/world.ts';
import { candidateChanges } from './candidate-changes.ts';
import { APPROVAL, type Attempt, type CandidateChange, type Change } from './change.ts';

const MAX_CHANGES = 3;
/** Budget of one search, in bytes read: an attacker chooses how long an input is. */
const MAX_BYTES = 2 ** 28;
const BYTES_OF_ATTEMPT = 4096;

/**
 * The smallest set of changes under which the engine dispatches; null where none is found, or where
 * facts and input cannot be read a second time.
 */
export function smallestChange(
  engine: Engine,
  facts: unknown,
  input: unknown,
  decision: RouteDecision,
): readonly Change[] | null {
  if (decision.outcome === 'DISPATCH') return [];
  if (engine.broken || decision.deny_code === 'DENY_INTERNAL_ERROR') return null;
  try {
    const parsed = parseRouteInput(input);
    return parsed.ok ? searchAll(attemptOf(engine, facts as object, parsed.value)) : null;
  } catch {
    return null;
  }
}

/**
 * The payload matters only to the digest of an approval; without one it is left out, for each attempt
 * would hash it.
 */
function attemptOf(engine: Engine, given: object, input: RouteInput): Attempt {
  const facts: Attempt['facts'] = { ...given };
  const { request: _, ext: __, ...rest } = input;
  return { engine, facts, input: facts['approval'] == null ? rest : input };
}

function searchAll(start: Attempt): readonly Change[] | null {
  const changes = candidateChanges(start);
  const search = new Search(start);
  for (let size = 1; size <= MAX_CHANGES; size += 1) {
    const found = search.find(changes, size);
    if (found !== null) return found.map(({ where, path, from, to }) => ({ where, path, from, to }));
  }
  return null;
}

/**
 * Tries changes in their order, so that the answer is always the same, and only as many as fit the
 * budget.
 */
class Search {
  readonly #start: Attempt;
  #attemptsLeft: number;

  constructor(start: Attempt) {
    this.#start = start;
    this.#attemptsLeft = MAX_BYTES / (BYTES_OF_ATTEMPT + canonicalJson(start.input).length);
  }

  /** The first choice of `size` more of these changes that dispatches, after those chosen already. */
  find(
    changes: readonly CandidateChange[],
    size: number,
    chosen: readonly CandidateChange[] = [],
  ): readonly CandidateChange[] | null {
    if (size === 0) return this.#isDispatched(chosen) ? chosen : null;
    for (const [index, change] of changes.entries()) {
      const found = this.find(changes.slice(index + 1), size - 1, [...chosen, change]);
      if (found !== null || this.#attemptsLeft < 0) return found;
    }
    return null;
  }

  #isDispatched(chosen: readonly CandidateChange[]): boolean {
    this.#attemptsLeft -= 1;
    const inOrder = chosen.toSorted((a, b) => Number(a.path === APPROVAL) - Number(b.path === APPROVAL));
    let attempt = this.#start;
    for (const { apply } of inOrder) attempt = apply(attempt);
    return decideIn(attempt.engine, attempt.facts, attempt.input).outcome === 'DISPATCH';
  }
}

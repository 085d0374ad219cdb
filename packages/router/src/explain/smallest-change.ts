import { canonicalJson, parseRouteInput, type RouteDecision, type RouteInput } from '@wcp/spec';
import { decideIn } from '../decision/decide.ts';
import type { Engine } from '../world/world.ts';
import {
  APPROVAL,
  type Attempt,
  type CandidateChange,
  type Change,
  candidateChanges,
} from './candidate-changes.ts';

const MAX_CHANGES = 3;
/** The work of one search, in bytes that are read: an attacker chooses how long an input is. */
const MAX_BYTES = 2 ** 28;
const BYTES_OF_ATTEMPT = 4096;

/**
 * The smallest set of edits under which the engine dispatches; null where none is found, or where
 * facts and input do not let themselves be read again.
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

/** No step looks into the payload but through the digest of an approval, and each attempt would hash it. */
function attemptOf(engine: Engine, given: object, input: RouteInput): Attempt {
  const facts: Attempt['facts'] = { ...given };
  const { request: _, ext: __, ...rest } = input;
  return { engine, facts, input: facts['approval'] == null ? rest : input };
}

function searchAll(start: Attempt): readonly Change[] | null {
  const edits = candidateChanges(start);
  const search = new Search(start);
  for (let size = 1; size <= MAX_CHANGES; size += 1) {
    const found = search.find(edits, size);
    if (found !== null) return found.map(({ where, path, from, to }) => ({ where, path, from, to }));
  }
  return null;
}

/** Tries the edits in their order, so that the answer is always the same one, and not for ever. */
class Search {
  readonly #start: Attempt;
  #attemptsLeft: number;

  constructor(start: Attempt) {
    this.#start = start;
    this.#attemptsLeft = MAX_BYTES / (BYTES_OF_ATTEMPT + canonicalJson(start.input).length);
  }

  /** So many of these edits, after those that are chosen already. */
  find(
    edits: readonly CandidateChange[],
    size: number,
    chosen: readonly CandidateChange[] = [],
  ): readonly CandidateChange[] | null {
    if (size === 0) return this.#isDispatched(chosen) ? chosen : null;
    for (const [index, edit] of edits.entries()) {
      const found = this.find(edits.slice(index + 1), size - 1, [...chosen, edit]);
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

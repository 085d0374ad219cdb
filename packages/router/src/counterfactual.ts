import { canonicalJson, parseRouteInput, type RouteDecision, type RouteInput } from '@wcp/spec';
import { decideIn } from './decide.ts';
import { APPROVAL, type Attempt, type Change, type Edit, editsFor } from './edits.ts';
import type { Engine } from './world.ts';

const MOST_CHANGES = 3;
/** The work of one search, in bytes that are read: an attacker chooses how long an input is. */
const MOST_BYTES = 2 ** 28;
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
  const edits = editsFor(start);
  const search = new Search(start);
  for (let size = 1; size <= MOST_CHANGES; size += 1) {
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
    this.#attemptsLeft = MOST_BYTES / (BYTES_OF_ATTEMPT + canonicalJson(start.input).length);
  }

  /** So many of these edits, after those that are chosen already. */
  find(edits: readonly Edit[], size: number, chosen: readonly Edit[] = []): readonly Edit[] | null {
    if (size === 0) return this.#isDispatched(chosen) ? chosen : null;
    for (const [index, edit] of edits.entries()) {
      const found = this.find(edits.slice(index + 1), size - 1, [...chosen, edit]);
      if (found !== null || this.#attemptsLeft < 0) return found;
    }
    return null;
  }

  #isDispatched(chosen: readonly Edit[]): boolean {
    this.#attemptsLeft -= 1;
    const inOrder = chosen.toSorted((a, b) => Number(a.path === APPROVAL) - Number(b.path === APPROVAL));
    let attempt = this.#start;
    for (const { apply } of inOrder) attempt = apply(attempt);
    return decideIn(attempt.engine, attempt.facts, attempt.input).outcome === 'DISPATCH';
  }
}

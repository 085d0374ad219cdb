import type { RouteDecision } from '@wcp/spec';
import { readAsked } from '../storage/asked.ts';
import type { Journal, JournalEntry } from '../storage/journal.ts';
import type { LiveHalls } from '../storage/live-halls.ts';
import { Overtaken, SettledElsewhere } from '../storage/overtaken.ts';
import { decisionReceiptOf, rowThere } from '../storage/seal/row-there.ts';
import type { DispatchRow, Store } from '../storage/store/store.ts';
import { deadLetterChange } from './dead-letters.ts';

const PAGE = 200;
/** Milliseconds after which a dispatch that this Hall does not carry out is not merely about to begin. */
const BEGUN_MS = 30_000;

/** What interrupted dispatches are settled with. */
export interface RecoveryParts {
  readonly store: Store;
  readonly journal: Journal;
  readonly halls: LiveHalls;
  /** Milliseconds since 1970. */
  now(): number;
  /** Whether this Hall carries a dispatch out. */
  owes(decision_id: string): boolean;
}

/**
 * Records `unknown` for every dispatch whose outcome is not known, because the Hall that carried it out ended before it
 * came (section 8), and keeps it among the dead letters. Resolves with how many there were.
 */
export async function recoverInterrupted(parts: RecoveryParts): Promise<number> {
  const { store, journal } = parts;
  let [recovered, after] = [0, ''];
  for (;;) {
    const open = await store.list('dispatches', { limit: PAGE, ...(after !== '' && { after }) });
    const last = open.at(-1);
    if (last === undefined) return recovered;
    after = last.decision_id;
    for (const row of open.filter((each) => isInterrupted(each, parts))) {
      // Each for itself: another Hall may be settling them as well, and comes first with some.
      const isSettled = await journal.append(await recover(store, row)).then(isTrue, overtakenOnly);
      if (isSettled) recovered += 1;
    }
  }
}

function isInterrupted({ decision_id, at, requested_by }: DispatchRow, parts: RecoveryParts): boolean {
  const { hall } = readAsked(requested_by);
  if (hall !== parts.halls.owner) return !parts.halls.isAlive(hall);
  return !parts.owes(decision_id) && parts.now() - Date.parse(at) > BEGUN_MS;
}

const isTrue = () => true;

function overtakenOnly(error: unknown): boolean {
  if (error instanceof Overtaken || error instanceof SettledElsewhere) return false;
  throw error;
}

async function recover(
  store: Store,
  { decision_id, decided, requested_by }: DispatchRow,
): Promise<JournalEntry> {
  const { position } = await decisionReceiptOf(store, decision_id);
  const made = await rowThere(store, 'decisions', position);
  const outcome = { status: 'unknown', result_hash: null, duration_ms: null } as const;
  const evidence = { kind: 'outcome', decision_id, decided, outcome } as const;
  // Without its request nobody can send it again.
  if (made.decision === null) return { evidence };
  const decision = JSON.parse(made.decision) as RouteDecision;
  const request = { text: made.input, requested_by: readAsked(requested_by).requested_by };
  return { evidence, changes: [deadLetterChange(decision, request, 'DELIVERY_INTERRUPTED')] };
}

import type { DeadLetter, ReplayedLetter } from '../client/dead-letter.ts';
import type { JsonDocument } from '../input/json-document.ts';
import type { Colours } from '../terminal.ts';
import { decisionText } from './decision.ts';
import { rows } from './layout.ts';
import { tableText } from './table.ts';

/** Dead letters, one on a line. */
export function deadLetterListText(letters: readonly DeadLetter[], bold: (text: string) => string): string {
  if (letters.length === 0) return 'There is no dead letter.\n';
  const lines = letters.map(
    ({ at, state, code, capability_id, worker_id, tenant_id, decision_id, replay }) => [
      at,
      state,
      code,
      capability_id,
      worker_id,
      tenant_id,
      replay === null ? decision_id : `${decision_id} -> ${replay.decision_id}`,
    ],
  );
  return tableText(['at', 'state', 'code', 'capability', 'worker', 'tenant', 'decision'], lines, bold);
}

/** What was decided about a request that was tried again, and what came of it. */
export function replayedText({ decision, outcome_receipt }: ReplayedLetter, colours: Colours): string {
  const outcome = outcome_receipt?.outcome ?? null;
  const ended = outcome === null ? '' : rows([['outcome', colours.bold(outcome.status)]], 2, colours.dim);
  return `${decisionText(decision, NO_FILE, colours)}${ended}`;
}

/** The request lies at the Hall: its parts have no place here. */
const NO_FILE: JsonDocument = { file: 'the request', value: null, problems: [], placeOf: () => null };

import { join } from 'node:path';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import type { DecisionEvidence, Entry } from '../../../src/storage/ledger/entry.ts';
import { openLedger } from '../../../src/storage/ledger/ledger.ts';
import { openSqliteStore } from '../../../src/storage/store/sqlite-store.ts';

export const ORIGIN = 'hall.example/log';
const key = signingKeyFromSeed('0b'.repeat(32));
export const keys = { [key.keyId]: key.publicKey };

/** The files of a log in a folder. */
export const filesIn = (folder: string) => ({
  file: join(folder, 'store.db'),
  archive: join(folder, 'archive'),
  identity: { key, origin: ORIGIN, mark: join(folder, 'mark.json'), data_keys: join(folder, 'keys') },
});

/** The second of a position: times in a log go forward. */
export const timeAt = (position: number) => new Date(Date.UTC(2026, 0, 1) + position * 1000).toISOString();

export const idAt = (position: number) =>
  `0195f3a0-7c1e-7000-8000-${position.toString(16).padStart(12, '0')}`;

const draftAt = (position: number, kind: 'decision' | 'approval') => ({
  kind,
  stream: `tenant-${position % 3}`,
  correlation_id: `run-${position}`,
  decision_id: idAt(position),
  dispatched_at: timeAt(position),
  worker_id: null,
  worker_species_id: null,
  capability_id: null,
  policy_decision: 'ALLOW' as const,
  deny_code: null,
  controls_verified: [],
  artifact_hash: null,
  decision_digest: null,
  world_digest: null,
  outcome: null,
});

/** Every second receipt is that of a decision, with its request. */
function entryAt(position: number): Entry {
  if (position % 2 === 1) return { evidence: { kind: 'plain', draft: draftAt(position, 'approval') } };
  const draft = draftAt(position, 'decision') as unknown as DecisionEvidence['draft'];
  const decision = JSON.stringify({ decision_id: idAt(position), telemetry_envelopes: [] });
  const made = { lasting: '{}', decision, hasEvents: false, facts: '{}', observation: 'sha256:none' };
  const input = JSON.stringify({ request: `request ${position}`, text: 'x'.repeat(2_000) });
  const rest = { data_label: null, hall: null, isDispatched: false, requested_by: [] };
  return { evidence: { kind: 'decision', input, draft, ...made, ...rest } };
}

/** Writes a log of some receipts, and a checkpoint of it. */
export async function writeLog(folder: string, size: number): Promise<void> {
  const { file, identity } = filesIn(folder);
  const store = openSqliteStore(file);
  const ledger = await openLedger(store, identity);
  for (let at = 0; at < size; at += 500) {
    const count = Math.min(500, size - at);
    await ledger.append(Array.from({ length: count }, (_, index) => entryAt(at + index)));
  }
  await ledger.checkpoint(timeAt(size));
  await ledger.close();
  await store.close();
}

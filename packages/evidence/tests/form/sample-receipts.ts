import type { Receipt } from '@wcp/spec';
import { signReceipt } from '../../src/index.ts';
import { type LogStatement, logReceipt } from '../../src/receipt/index.ts';
import { draftOf, key, otherKey } from '../support.ts';

/** The name of the log that the samples stand in. */
const ORIGIN = 'hall.example/log';
const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const AT = '2026-01-01T00:00:00.000Z';
const place = { seq: 0, prev_receipt_hash: null };

const about = (statement: LogStatement): Receipt =>
  signReceipt({ ...logReceipt({ receipt_id: ID, at: AT, statement }), ...place }, key).receipt as Receipt;

const of = (changes: object): Receipt =>
  signReceipt({ ...draftOf('tenant-1', changes), ...place }, key).receipt as Receipt;

const denied = {
  policy_decision: 'DENY',
  deny_code: 'DENY_NO_MATCHING_RULE',
  worker_id: null,
  worker_species_id: null,
};
const ended = (status: string, duration_ms: number | null) => ({
  kind: 'outcome',
  outcome: { status, result_hash: status === 'ok' ? `sha256:${'d'.repeat(64)}` : null, duration_ms },
});

/** A receipt of each kind, and of each way in which a decision or its outcome can turn out. */
export const SAMPLES: Readonly<Record<string, Receipt>> = {
  allowed: of({}),
  denied: of(denied),
  held: of({ policy_decision: 'REQUIRE_HUMAN' }),
  'without anything readable': of({
    ...denied,
    stream: '(none)',
    correlation_id: null,
    decision_id: null,
    dispatched_at: null,
    capability_id: null,
    artifact_hash: null,
    decision_digest: null,
    world_digest: null,
  }),
  succeeded: of(ended('ok', 12.5)),
  failed: of(ended('error', 3)),
  'timed out': of(ended('timeout', 60_000)),
  'without a known outcome': of(ended('unknown', null)),
  approved: of({ kind: 'approval' }),
  enrolled: of({
    kind: 'enrolment',
    stream: '(registry)',
    correlation_id: null,
    decision_id: null,
    capability_id: null,
  }),
  rotated: about({
    kind: 'key',
    key: {
      action: 'rotate',
      key_id: otherKey.keyId,
      public_key: otherKey.publicKey,
      from_position: 8,
      origin: ORIGIN,
      proof: `${'A'.repeat(86)}==`,
    },
  }),
  forgotten: about({
    kind: 'erasure',
    erasure: {
      scope: 'tenant',
      tenant_id: 'tenant-1',
      data_label: null,
      before: null,
      decision_id: null,
      below: 7,
      decisions: 3,
      reason: 'request',
      note: null,
      by: 'operator',
    },
  }),
  restored: about({
    kind: 'restore',
    restore: { former_origin: 'hall.example/old', size: 7, root: `sha256:${'e'.repeat(64)}` },
  }),
};

/** The samples as a table of tests. */
export const EACH_SAMPLE = Object.entries(SAMPLES);

/** A receipt at a position of the log. */
export const placed = (receipt: Receipt, position = 7) => ({ origin: ORIGIN, position, receipt });

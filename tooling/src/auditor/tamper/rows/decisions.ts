import type { EvidenceCopy, Loose } from '../evidence-copy.ts';
import { STRANGER } from '../forge.ts';
import { rowsOf, type Tampering } from '../tampering.ts';

const decisions = (change: (records: Loose[]) => unknown) => (copy: EvidenceCopy) =>
  copy.lines('whole/decisions.jsonl', (records) => {
    const after = change(records);
    return Array.isArray(after) ? after : undefined;
  });

const world = (change: (document: Loose) => unknown) => (copy: EvidenceCopy) => {
  const [name = ''] = copy.files('whole/worlds');
  copy.json(`whole/worlds/${name}`, (document) => {
    change(document);
  });
};

const DECISIONS = rowsOf('whole', [
  [
    'the position of a decision is changed',
    decisions(([first]) => {
      first.position = 2;
    }),
    'RECEIPT_MISSING',
    'DECISION_MISSING',
  ],
  [
    'a request is changed',
    decisions(([first]) => {
      first.input.request = { name: 'Eve' };
    }),
    'RECORD_CHANGED',
  ],
  [
    'another member of an input is changed',
    decisions(([first]) => {
      first.input.data_label = 'INTERNAL';
    }),
    'RECORD_CHANGED',
  ],
  [
    'the clock of a decision is changed',
    decisions(([first]) => {
      first.facts.now = '2020-01-01T00:00:00.000Z';
    }),
    'FACTS_CHANGED',
  ],
  [
    'the facts of a decision are left out',
    decisions(([first]) => {
      first.facts = {};
    }),
    'FACTS_CHANGED',
  ],
  [
    'the outcome of a decision is changed',
    decisions(([first]) => {
      first.decision.outcome = 'DENY';
    }),
    'RECORD_CHANGED',
  ],
  [
    'the worker of a decision is changed',
    decisions(([first]) => {
      first.decision.worker_id = null;
    }),
    'RECORD_CHANGED',
  ],
  [
    'the id of a decision is changed',
    decisions(([first]) => {
      first.decision.decision_id = null;
    }),
    'RECEIPT_MISSING',
    'DECISION_MISSING',
  ],
  [
    'the world of a decision is changed',
    decisions(([first]) => {
      first.decision.world_digest = null;
    }),
    'WORLD_MISSING',
  ],
  [
    'an event of a decision is left out',
    decisions(([first]) => {
      first.decision.telemetry_envelopes.pop();
    }),
    'EVENTS_CHANGED',
  ],
  ['a decision is left out', decisions((records) => records.slice(1)), 'DECISION_MISSING'],
  ['a decision stands there twice', decisions((records) => [records[0], ...records]), 'RECEIPT_MISSING'],
  ['a line of the decisions is no record', decisions((records) => [{}, ...records]), 'NOT_JSON'],
  ['the decisions are left out', (copy) => copy.remove('whole/decisions.jsonl'), 'ABSENT'],
  [
    'the rules of a world are changed',
    world((document) => {
      document.rules.rules.pop();
    }),
    'WORLD_CHANGED',
  ],
  [
    'the configuration of a world is changed',
    world((document) => {
      document.config.require_signatory = false;
    }),
    'WORLD_CHANGED',
  ],
  [
    'the workers of a world are changed',
    world((document) => {
      document.workers[0].risk_tier = 'critical';
    }),
    'WORLD_CHANGED',
  ],
  [
    'the catalogue of a world is changed',
    world((document) => {
      document.catalog_version = '0';
    }),
    'WORLD_CHANGED',
  ],
  [
    'a world is left out',
    (copy) => copy.remove(`whole/worlds/${copy.files('whole/worlds')[0]}`),
    'WORLD_MISSING',
  ],
]);

/** The key that comes with the evidence, for somebody who trusts it. */
const KEYS = rowsOf('credulous', [
  [
    'the key that came with the evidence is that of a stranger',
    (copy) => copy.json('whole/keys.json', () => ({ [STRANGER.keyId]: STRANGER.publicKey })),
    'RECEIPT_KEY_UNKNOWN',
    'CHECKPOINT_KEY_UNKNOWN',
    'LOG_NOT_WITNESSED',
  ],
  [
    'the key that came with the evidence stands under another id',
    (copy) => copy.json('whole/keys.json', (keys) => ({ [STRANGER.keyId]: Object.values(keys)[0] })),
    'CHECKPOINT_KEY_UNKNOWN',
    'LOG_NOT_WITNESSED',
    'RECEIPT_KEY_UNKNOWN',
  ],
  [
    'the key that came with the evidence is left out',
    (copy) => copy.remove('whole/keys.json'),
    'KEYS_MISSING',
  ],
]);

/** What is done to recorded decisions, worlds and the key beside the receipts. */
export const RECORDS: readonly Tampering[] = [...DECISIONS, ...KEYS];

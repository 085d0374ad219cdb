import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sealRecord } from '@wcp/worker-kit';
import { expect, test } from 'vitest';
import { approverFor } from '../src/index.ts';

const file = readFileSync(join(import.meta.dirname, '..', 'registry_record.json'), 'utf8');

test('The file registry_record.json is the record of the worker.', () => {
  expect(file).toBe(`${JSON.stringify(approverFor({}).record, null, 2)}\n`);
});

test('The artifact_hash is the hash of the record’s content.', () => {
  const { artifact_hash, ...content } = JSON.parse(file);
  expect(sealRecord(content).artifact_hash).toBe(artifact_hash);
});

test('The record is not idempotent, has a blast of 7, and names its one secret.', () => {
  const { record } = approverFor({});
  expect(record).toMatchObject({
    idempotency: 'none',
    determinism: 'nondeterministic',
    risk_tier: 'high',
    privilege_envelope: { secrets_access: ['WCP_HALL_KEY'], filesystem_writes: [] },
    blast_radius: { data: 0, network: 1, financial: 1, time: 1, reversibility: 'difficult' },
  });
  expect(record).not.toHaveProperty('attestation');
});

test('The record names the host of the Hall, but neither its path nor the key.', () => {
  const { record } = approverFor({ WCP_HALL_URL: 'https://hall.example/under', WCP_HALL_KEY: 'wcp_key' });
  expect(record.privilege_envelope).toMatchObject({
    network_egress: 'allowlisted',
    egress_allowlist: ['hall.example'],
  });
  expect(JSON.stringify(record)).not.toMatch(/under|wcp_key/);
});

test.each([
  ['http://hall.example', 'hall.example:80'],
  ['http://127.0.0.1:7420', '127.0.0.1:7420'],
])('a Hall at %s is listed with its port where that is not 443', (url, entry) => {
  const { record } = approverFor({ WCP_HALL_URL: url, WCP_HALL_KEY: 'wcp_key' });
  expect(record.privilege_envelope).toMatchObject({ egress_allowlist: [entry] });
});

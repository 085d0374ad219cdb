import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sealRecord } from '@wcp/worker-kit';
import { expect, test } from 'vitest';
import { approverFor } from '../src/index.ts';

const file = readFileSync(join(import.meta.dirname, '..', 'registry_record.json'), 'utf8');

test('registry_record.json is the worker’s record', () => {
  expect(file).toBe(`${JSON.stringify(approverFor({}).record, null, 2)}\n`);
});

test('its artifact_hash is that of its content', () => {
  const { artifact_hash, ...content } = JSON.parse(file);
  expect(sealRecord(content).artifact_hash).toBe(artifact_hash);
});

test('it is never run twice for one call, its blast is 7, and it names the one secret that it has', () => {
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

test('its record names the host of its Hall, and neither address nor key beyond that', () => {
  const { record } = approverFor({ WCP_HALL_URL: 'https://hall.example/under', WCP_HALL_KEY: 'wcp_key' });
  expect(record.privilege_envelope).toMatchObject({
    network_egress: 'allowlisted',
    egress_allowlist: ['hall.example'],
  });
  expect(JSON.stringify(record)).not.toMatch(/under|wcp_key/);
});

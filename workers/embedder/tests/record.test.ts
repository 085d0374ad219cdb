import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sealRecord } from '@wcp/worker-kit';
import { expect, test } from 'vitest';
import { embedderFor } from '../src/index.ts';

const file = readFileSync(join(import.meta.dirname, '..', 'registry_record.json'), 'utf8');
const server = { WCP_OLLAMA_URL: 'http://127.0.0.1:11434', WCP_OLLAMA_MODEL: 'nomic-embed-text' };

test('The file registry_record.json is the record of the worker.', () => {
  expect(file).toBe(`${JSON.stringify(embedderFor({}).record, null, 2)}\n`);
});

test('The artifact_hash is the hash of the record’s content.', () => {
  const { artifact_hash, ...content } = JSON.parse(file);
  expect(sealRecord(content).artifact_hash).toBe(artifact_hash);
});

test('The record touches nothing, and its blast is 1.', () => {
  expect(embedderFor({}).record).toMatchObject({
    allowed_environments: ['dev', 'stage', 'prod'],
    blast_radius: { data: 0, network: 0, financial: 0, time: 1, reversibility: 'reversible' },
    privilege_envelope: { network_egress: 'none', secrets_access: [], filesystem_writes: [] },
  });
  expect(embedderFor({}).record).not.toHaveProperty('attestation');
});

test('With a model server the record names its host and is no longer offline.', () => {
  const { record } = embedderFor(server);
  expect(record).toMatchObject({
    determinism: 'captured',
    blast_radius: { network: 1, time: 1 },
    privilege_envelope: { network_egress: 'allowlisted', egress_allowlist: ['127.0.0.1:11434'] },
  });
  expect(record.currently_implements).not.toContain('ctrl.net.egress-denied');
});

test.each([
  ['http://models.example', 'models.example:80'],
  ['https://models.example', 'models.example'],
  ['http://[::1]', '[::1]:80'],
  ['https://models.example:8443', 'models.example:8443'],
])('a model server at %s is listed with its port where that is not 443', (url, entry) => {
  const { record } = embedderFor({ ...server, WCP_OLLAMA_URL: url });
  expect(record.privilege_envelope).toMatchObject({ egress_allowlist: [entry] });
});

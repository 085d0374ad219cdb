import { expect, test } from 'vitest';
import { parseRecord, toolHash, toolRecord } from '../../src/document/index.ts';
import { canonicalJson, sha256 } from '../../src/json/index.ts';

const tool = {
  definition: { name: 'add', 'x-unknown': [1, null] },
  server: { name: 'helper' },
  source: null,
};
const settings = {
  id: 'x.acme.helper.add',
  blast_radius: undefined,
  environments: ['dev'],
  envelope: undefined,
  attested_at: '2026-01-01T00:00:00.000Z',
  ext: { agent: tool },
} as const;

test('The hash of a tool is that of its definition, of who offers it and of its source.', () => {
  expect(toolHash(tool)).toBe(sha256(canonicalJson(tool)));
  expect(toolHash({ ...tool, more: 1 } as typeof tool)).toBe(toolHash(tool));
});

test('The record of a tool is a valid record of one worker, and what it does not say counts as the worst.', () => {
  const record = toolRecord(tool, settings);
  expect(parseRecord(record)).toMatchObject({ ok: true });
  expect(record).toMatchObject({
    owner: 'x.acme',
    risk_tier: 'critical',
    idempotency: 'none',
    attestation: { code_hash: toolHash(tool), attested_by: 'namespace-key@x.acme' },
  });
  expect(record).not.toHaveProperty('blast_radius');
  expect(record).not.toHaveProperty('privilege_envelope');
});

test('The record of a tool has the blast radius and the envelope that are declared.', () => {
  const blast_radius = { data: 0, network: 0, financial: 0, time: 0, reversibility: 0 };
  const envelope = { network_egress: 'none' } as const;
  const record = toolRecord(tool, { ...settings, blast_radius, envelope });
  expect(record).toMatchObject({ risk_tier: 'low', blast_radius, privilege_envelope: envelope });
});

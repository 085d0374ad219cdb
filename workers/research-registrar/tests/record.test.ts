import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sealRecord } from '@wcp/worker-kit';
import { expect, onTestFinished, test } from 'vitest';
import { registrarFor, worker } from '../src/index.ts';

const file = readFileSync(join(import.meta.dirname, '..', 'registry_record.json'), 'utf8');

test('The file registry_record.json is the record of the worker.', () => {
  expect(file).toBe(`${JSON.stringify(worker.record, null, 2)}\n`);
});

test('The artifact_hash is the hash of the record’s content.', () => {
  const { artifact_hash, ...content } = JSON.parse(file);
  expect(sealRecord(content).artifact_hash).toBe(artifact_hash);
});

test('The record writes local data and touches nothing else.', () => {
  expect(worker.record).toMatchObject({
    capabilities: ['cap.research.register', 'cap.mem.retrieve'],
    allowed_environments: ['dev', 'stage', 'prod'],
    blast_radius: { data: 2, network: 0, financial: 0, time: 0, reversibility: 'reversible' },
    privilege_envelope: { network_egress: 'none', secrets_access: [], filesystem_writes: [] },
  });
  expect(worker.record).not.toHaveProperty('attestation');
});

test('The record of a store names its folder, without variables and links.', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'registrar-record-')));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'store'));
  symlinkSync(join(folder, 'store'), join(folder, 'link'));
  const writesOf = (file: string) =>
    registrarFor(file).worker.record.privilege_envelope?.filesystem_writes ?? null;
  expect(writesOf(join(folder, 'store', 'research.db'))).toEqual([join(folder, 'store')]);
  expect(writesOf(join(folder, 'link', 'research.db'))).toEqual([join(folder, 'store')]);
  expect(writesOf(join(folder, 'later', 'research.db'))).toEqual([join(folder, 'later')]);
  expect(writesOf('research.db')).toEqual([realpathSync(process.cwd())]);
  expect(writesOf('')).toEqual([]);
});

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildManifest, generateSigningKey, packageHash, writeManifest } from '@wcp/evidence';
import { signManifestHmac } from '@wcp/evidence/package';
import { describe, expect, test } from 'vitest';
import { partsOf } from '../../src/hall/create-hall.ts';
import { banListBy, entryOf } from '../support/ban-lists.ts';
import { inputFor, ruleFor } from '../support/documents.ts';
import { waitFor } from '../support/wait-for.ts';
import { ACME, CAPABILITIES, CODE, recordOf, SPECIES } from '../support/workers.ts';
import { findingsOf, folderOf, open, write } from './support.ts';

const key = generateSigningKey();
const LIST = { authority: 'org.acme', public_keys: [key.publicKey] };
const found = async (ban_lists: unknown) =>
  (await findingsOf(folderOf({ 'rules.json': [], 'server.json': { ban_lists } }))).map(
    ({ file, path, code }) => `${file} ${path} ${code}`,
  );

describe('the ban lists of server.json', () => {
  test('The ban lists are followed, and a relative file is resolved against the folder.', async () => {
    const dir = folderOf({
      'rules.json': [],
      'list.json': banListBy(key, { entries: [entryOf(CODE)] }),
      'server.json': { ban_lists: [{ ...LIST, file: 'list.json', poll_seconds: 1 }] },
    });
    const { hall, said } = await open(dir);
    const { banLists, clock } = partsOf(hall);
    await waitFor('the list', () => banLists.state(clock.latest()).banned.has(CODE));
    expect(said.filter((line) => /ban list/i.test(line))).toEqual([]);
  });

  test('Invalid ban lists are refused with every mistake at its place.', async () => {
    const url = 'https://hall.example/list';
    expect(
      await found([
        LIST,
        { ...LIST, url, file: 'list.json' },
        { url, authority: 'acme', public_keys: [] },
        { ...LIST, url: 'ftp://x', public_keys: ['abc'] },
        { ...LIST, url: 'https://name:secret@x' },
        { ...LIST, file: '', poll_seconds: 0 },
        { ...LIST, url, colour: 'red' },
        7,
      ]),
    ).toEqual([
      'server.json /ban_lists/0 INVALID_VALUE',
      'server.json /ban_lists/1 INVALID_VALUE',
      'server.json /ban_lists/2/authority INVALID_VALUE',
      'server.json /ban_lists/2/public_keys INVALID_VALUE',
      'server.json /ban_lists/3/public_keys/0 INVALID_VALUE',
      'server.json /ban_lists/3/url INVALID_VALUE',
      'server.json /ban_lists/4/url INVALID_VALUE',
      'server.json /ban_lists/5/file INVALID_VALUE',
      'server.json /ban_lists/5/poll_seconds INVALID_VALUE',
      'server.json /ban_lists/6/colour UNKNOWN_MEMBER',
      'server.json /ban_lists/7 INVALID_VALUE',
    ]);
    expect(await found({})).toEqual(['server.json /ban_lists INVALID_VALUE']);
  });
});

test('Manifests in the HMAC form are verified with WCP_ATTEST_HMAC_KEY of the environment.', async () => {
  const preconditions = { deny_if_unsigned_artifact_in_prod: true };
  const dir = folderOf({
    'rules.json': [ruleFor(CAPABILITIES.plain, {}, { preconditions })],
    'server.json': { workers: [{ dir: 'worker', program: 'main.mjs' }] },
  });
  const worker = join(dir, 'worker');
  mkdirSync(worker);
  write(worker, 'main.mjs', 'process.exit();');
  write(worker, 'registry_record.json', recordOf(ACME));
  const manifest = buildManifest({
    worker_id: ACME,
    worker_species_id: SPECIES,
    worker_version: '1.0.0',
    package_hash: await packageHash(worker),
    built_at_utc: '2026-01-01T00:00:00Z',
    attested_at_utc: '2026-01-01T00:00:00Z',
    build_source: 'local',
  });
  await writeManifest(worker, signManifestHmac(manifest, 'secret'));
  const codes = [];
  for (const env of [{}, { WCP_ATTEST_HMAC_KEY: 'other' }, { WCP_ATTEST_HMAC_KEY: 'secret' }]) {
    const { hall, close } = await open(dir, { env });
    codes.push((await hall.route(inputFor('tenant-a', { env: 'prod' }))).deny_code);
    await close();
  }
  expect(codes).toEqual(['DENY_UNSIGNED_ARTIFACT', 'DENY_UNSIGNED_ARTIFACT', null]);
});

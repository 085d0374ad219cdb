import { appendFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey, packageHash } from '@wcp/evidence';
import { beforeEach, describe, expect, it } from 'vitest';
import { folderOf, wcp, wcpJson } from '../../support/support.ts';

const IDENTITY = ['--worker-id', 'org.acme.greeter', '--species', 'wrk.hello.greeter'];
const SECRET = { WCP_ATTEST_HMAC_KEY: 'a secret of the test' };
let cwd = '';
beforeEach(() => {
  cwd = folderOf({});
  mkdirSync(join(cwd, 'worker'));
  writeFileSync(join(cwd, 'worker/index.js'), 'export const answer = 42;\n');
  writeKeys('keys');
});
function writeKeys(name: string): void {
  const key = generateSigningKey();
  mkdirSync(join(cwd, name));
  writeFileSync(join(cwd, name, 'wcp-key.pem'), key.exportPrivatePem());
  writeFileSync(join(cwd, name, 'wcp-key.pub.pem'), key.exportPublicPem());
}

const build = (...more: string[]) =>
  wcp(['attest', 'build', 'worker', ...IDENTITY, '--version', '1.0.0', ...more], { cwd, env: SECRET });
const verify = (...more: string[]) =>
  wcp(['attest', 'verify', 'worker', ...IDENTITY, ...more], { cwd, env: SECRET });
const PRIVATE = ['--key', 'keys/wcp-key.pem'];
const PUBLIC = ['--keys', 'keys/wcp-key.pub.pem'];

describe('attest', () => {
  it('The command attest hash prints the package hash.', async () => {
    const expected = await packageHash(join(cwd, 'worker'));
    expect(await wcp(['attest', 'hash', 'worker'], { cwd })).toEqual({
      code: 0,
      out: `${expected}\n`,
      err: '',
    });
    expect((await wcpJson(['attest', 'hash', 'worker'], { cwd })).json).toEqual({ package_hash: expected });
  });

  it('The command attest hash refuses a link, a file and a missing folder.', async () => {
    symlinkSync('/etc/hostname', join(cwd, 'worker/link'));
    const link = await wcp(['attest', 'hash', 'worker'], { cwd });
    expect(link.err).toContain('worker: error PACKAGE_INVALID');
    const file = await wcp(['attest', 'hash', 'worker/index.js'], { cwd });
    const none = await wcp(['attest', 'hash', 'nowhere'], { cwd });
    expect(none.err).toContain('There is no such folder');
    expect([link.code, file.code, none.code]).toEqual([2, 2, 2]);
  });

  it('The commands attest hash and attest build refuse a folder without files.', async () => {
    mkdirSync(join(cwd, 'empty'));
    const hash = await wcp(['attest', 'hash', 'empty'], { cwd });
    expect(hash.err).toContain('empty: error PACKAGE_INVALID');
    const args = ['attest', 'build', 'empty', ...IDENTITY, '--version', '1.0.0', ...PRIVATE];
    const built = await wcp(args, { cwd });
    expect([hash.code, built.code]).toEqual([2, 2]);
    expect(existsSync(join(cwd, 'empty/manifest.json'))).toBe(false);
  });

  it('The command attest verify accepts what attest build signed, with an Ed25519 envelope and with HMAC.', async () => {
    expect((await build(...PRIVATE)).code).toBe(0);
    expect(JSON.parse(readFileSync(join(cwd, 'worker/manifest.json'), 'utf8'))).toHaveProperty('payloadType');
    const envelope = await verify(...PUBLIC);
    expect(envelope.out).toContain('attested and unchanged');
    expect((await build('--hmac-env', '--force')).code).toBe(0);
    expect([envelope.code, (await verify('--hmac-env')).code]).toEqual([0, 0]);
  });

  it('The command attest verify exits 1 with a code for changed code, another worker, no manifest and a wrong key.', async () => {
    const missing = await verify(...PUBLIC);
    expect(missing.out).toContain('ATTEST_MANIFEST_MISSING');
    await build(...PRIVATE);
    writeKeys('other');
    const wrongKey = await verify('--keys', 'other/wcp-key.pub.pem');
    expect(wrongKey.out).toContain('ATTEST_SIG_INVALID');
    const other = [
      'attest',
      'verify',
      'worker',
      '--worker-id',
      'org.acme.other',
      '--species',
      'wrk.hello.greeter',
    ];
    const another = await wcp([...other, ...PUBLIC], { cwd });
    expect(another.out).toContain('ATTEST_MANIFEST_ID_MISMATCH');
    appendFileSync(join(cwd, 'worker/index.js'), '\n');
    const changed = await verify(...PUBLIC);
    expect(changed.out).toContain('ATTEST_HASH_MISMATCH');
    expect([missing, wrongKey, another, changed].map(({ code }) => code)).toEqual([1, 1, 1, 1]);
  });

  it('The command attest build overwrites no manifest without --force, and writes nothing on wrong usage.', async () => {
    const usage = await wcp(['attest', 'build', 'worker', '--version', '1'], { cwd });
    expect(usage.code).toBe(2);
    const ids = await wcp(['attest', 'build', 'worker', '--version', '1', ...PRIVATE], { cwd });
    expect(ids.err).toContain('--worker-id is missing');
    expect(ids.err).toContain('--species is missing');
    const noSecret = await wcp(['attest', 'build', 'worker', ...IDENTITY, '--version', '1', '--hmac-env'], {
      cwd,
    });
    expect(noSecret.err).toContain('WCP_ATTEST_HMAC_KEY');
    expect(existsSync(join(cwd, 'worker/manifest.json'))).toBe(false);
    await build(...PRIVATE);
    const before = readFileSync(join(cwd, 'worker/manifest.json'), 'utf8');
    const again = await build(...PRIVATE);
    expect(again.err).toContain('worker/manifest.json: error EXISTS');
    expect(again.code).toBe(2);
    expect(readFileSync(join(cwd, 'worker/manifest.json'), 'utf8')).toBe(before);
  });

  it('The command attest build takes the identity of the worker from its own files by default.', async () => {
    const identity = { worker_id: 'org.acme.greeter', worker_species_id: 'wrk.hello.greeter' };
    writeFileSync(join(cwd, 'worker/registry_record.json'), JSON.stringify(identity));
    writeFileSync(join(cwd, 'worker/package.json'), JSON.stringify({ version: '3.2.1' }));
    const { json } = await wcpJson(['attest', 'build', 'worker', ...PRIVATE], { cwd });
    expect(json).toMatchObject({ ...identity, worker_version: '3.2.1', build_source: 'local' });
  });

  it.each([
    ['a byte order mark', '\ufeff{"worker_id":"org.acme.greeter"}', 'error BYTE_ORDER_MARK'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'error UNREADABLE: This is not UTF-8 text'],
    ['a name twice', '{"worker_id":"a","worker_id":"b"}', 'error DUPLICATE_MEMBER'],
    ['half a document', '{"worker_id":', 'error NOT_JSON'],
  ])(
    'The defaults of attest build are not left out in silence: a file with %s is reported.',
    async (_, text, said) => {
      const given = { 'registry_record.json': ['--version', '1.0.0'], 'package.json': IDENTITY };
      for (const [name, options] of Object.entries(given)) {
        writeFileSync(join(cwd, 'worker', name), text);
        const { code, err } = await wcp(['attest', 'build', 'worker', ...options, ...PRIVATE], { cwd });
        expect([code, err.split('\n')[0]]).toEqual([2, expect.stringContaining(`worker/${name}:`)]);
        expect(err).toContain(said);
        expect(err).not.toContain('is missing');
        writeFileSync(join(cwd, 'worker', name), '{}');
      }
      expect((await build(...PRIVATE)).code).toBe(0);
    },
  );

  it('The command attest verify names the byte order mark of a manifest.', async () => {
    await build(...PRIVATE);
    const manifest = readFileSync(join(cwd, 'worker/manifest.json'), 'utf8');
    writeFileSync(join(cwd, 'worker/manifest.json'), `\ufeff${manifest}`);
    expect(await verify(...PUBLIC)).toMatchObject({
      code: 1,
      out: expect.stringContaining('ATTEST_MANIFEST_MISSING: The manifest begins with a byte order mark'),
    });
  });

  it('The command attest build reports a file that is not a key, and shows nothing of it.', async () => {
    writeFileSync(join(cwd, 'keys/text'), 'top secret words');
    const { code, err } = await build('--key', 'keys/text');
    expect(err).toContain('keys/text: error KEY_INVALID');
    expect(err).not.toContain('top secret');
    expect(code).toBe(2);
  });
});

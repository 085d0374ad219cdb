import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { generateSigningKey, packageHash, type SigningKey, signBanList, verifyBanList } from '@wcp/evidence';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
// @boundaries-ignore What a Hall keeps is seen from inside alone.
import { partsOf } from '../../../../hall/src/hall/create-hall.ts';
import { folderOf, wcp } from '../../support/support.ts';
import { openTestHall, type TestHall } from '../../support/test-hall.ts';

const hashOf = (digit: string) => `sha256:${digit.repeat(64)}`;
const ENTRIES = [
  { sha256: hashOf('a'), reason: 'sends what it reads elsewhere', review_status: 'confirmed' },
  { sha256: 'b'.repeat(64), reason: 'seems to' },
  { sha256: hashOf('c'), reason: 'seemed to', review_status: 'cleared', source: 'somebody else' },
];
/** The time of the terminal of these tests. */
const NOW = '2026-01-01T00:00:00.000Z';
const ACME = ['--authority', 'org.acme'];

let cwd = '';
let key: SigningKey;
beforeEach(() => {
  cwd = folderOf({ 'bad.json': ENTRIES });
  key = writeKey('key');
});
function writeKey(name: string): SigningKey {
  const made = generateSigningKey();
  writeFileSync(join(cwd, `${name}.pem`), made.exportPrivatePem());
  writeFileSync(join(cwd, `${name}.pub.pem`), made.exportPublicPem());
  return made;
}
const at = (name: string) => join(cwd, name);
const read = (name: string) => JSON.parse(readFileSync(at(name), 'utf8'));
const make = (...more: string[]) =>
  wcp(['bans', 'make', at('bad.json'), ...ACME, '--key-file', at('key.pem'), ...more]);
/** The options that say whose list is trusted. */
const trusting = (name = 'key') => [...ACME, '--keys', at(`${name}.pub.pem`)];
/** Writes a list and gives its file. */
async function listFile(...more: string[]): Promise<string> {
  await make('--out', at('list.json'), '--force', ...more);
  return at('list.json');
}
/** A server that answers as a test says. */
async function serve(answer: (path: string) => { status?: number; body: string }): Promise<string> {
  const server = createServer((request, response) => {
    const { status = 200, body } = answer(request.url ?? '');
    response.writeHead(status, { location: '/elsewhere' }).end(body);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/list`;
}

describe('bans make', () => {
  it('The command bans make signs a list of the entries and fills in the members that they lack.', async () => {
    const { code, out, err } = await make('--sequence', '8', '--max-age', '60');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const list = JSON.parse(out);
    expect(list).toMatchObject({
      authority: 'org.acme',
      sequence: 8,
      issued_at: NOW,
      max_age_seconds: 60,
      entries: [
        { ...ENTRIES[0], source: 'org.acme', reported_at: NOW },
        { ...ENTRIES[1], sha256: hashOf('b'), review_status: 'reported' },
        ENTRIES[2],
      ],
    });
    const expected = { authority: 'org.acme', public_keys: [key.publicKey], now: NOW };
    expect(verifyBanList(list, expected)).toMatchObject({ ok: true, banned: [hashOf('a'), hashOf('b')] });
  });

  it('The command bans make writes the list to a file, and overwrites none without --force.', async () => {
    const first = await make('--out', at('list.json'));
    expect(first.out).toMatch(/bans +2 hashes of 3/);
    expect(read('list.json').sequence).toBe(1);
    const again = await make('--out', at('list.json'), '--sequence', '2');
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('error EXISTS') });
    expect(read('list.json').sequence).toBe(1);
    expect((await make('--out', at('list.json'), '--sequence', '2', '--force')).code).toBe(0);
    expect(read('list.json').sequence).toBe(2);
  });

  it('The command bans make reports every mistake at its place in the file, and writes nothing.', async () => {
    writeFileSync(at('bad.json'), JSON.stringify([{ sha256: 'x', reason: '' }, ENTRIES[0], ENTRIES[0], 7]));
    const { code, err } = await make('--out', at('list.json'));
    expect(err).toMatch(/bad\.json:1:\d+: \/0\/reason error INVALID_VALUE/);
    expect(err).toMatch(/bad\.json:1:\d+: \/0\/sha256 error INVALID_VALUE/);
    expect(err).toMatch(/bad\.json:1:\d+: \/3 error INVALID_VALUE/);
    expect(code).toBe(2);
    writeFileSync(at('bad.json'), JSON.stringify([ENTRIES[0], ENTRIES[0]]));
    expect((await make()).err).toMatch(/\/1\/sha256 error INVALID_VALUE: This hash is already in the list/);
    expect(existsSync(at('list.json'))).toBe(false);
  });

  it.each([
    ['--sequence', 'x'],
    ['--max-age', '0'],
    ['--authority', 'acme'],
    ['--key-file', 'nothing.pem'],
  ])('The command bans make refuses a wrong %s.', async (option, value) => {
    expect((await make(option, value)).code).toBe(2);
  });
});

describe('bans check', () => {
  const check = (what: string, ...more: string[]) => wcp(['bans', 'check', what, ...more]);

  it('The command bans check exits 1 for a banned hash, and 0 for one that is not banned or was cleared.', async () => {
    const list = ['--list', await listFile(), ...trusting()];
    const ran = [
      await check(hashOf('a'), ...list),
      await check('b'.repeat(64), ...list),
      await check(hashOf('c'), ...list),
      await check(hashOf('d'), ...list),
    ];
    expect(ran.map(({ code }) => code)).toEqual([1, 1, 0, 0]);
    expect(ran[0]?.out).toMatch(
      /^sha256:a+ is banned by org\.acme\.\n +hash.*\n +status +confirmed\n +reason +sends/,
    );
    expect(ran[2]?.out).toContain('was cleared by org.acme');
    expect(ran[3]?.out).toBe(`${hashOf('d')} is not on the ban list of org.acme.\n`);
  });

  it('The command bans check hashes a folder and looks up its hash.', async () => {
    mkdirSync(at('worker'));
    writeFileSync(at('worker/index.js'), 'export {};\n');
    const sha256 = await packageHash(at('worker'));
    writeFileSync(at('bad.json'), JSON.stringify([{ sha256, reason: 'a test' }]));
    const list = ['--list', await listFile(), ...trusting(), '--json'];
    const banned = await check(at('worker'), ...list);
    expect(JSON.parse(banned.out)).toMatchObject({ sha256, is_banned: true, entry: { sha256 }, code: null });
    writeFileSync(at('worker/index.js'), 'export {}; \n');
    const other = await check(at('worker'), ...list);
    expect(JSON.parse(other.out)).toMatchObject({ is_banned: false, entry: null, code: null });
    expect([banned.code, other.code]).toEqual([1, 0]);
  });

  it.each<[string, () => Promise<string>, string?]>([
    ['BAN_LIST_MALFORMED', async () => at('bad.json')],
    ['BAN_LIST_AUTHORITY_MISMATCH', () => listFile('--authority', 'org.rival')],
    [
      'BAN_LIST_KEY_UNKNOWN',
      () => {
        writeKey('other');
        return listFile();
      },
      'other',
    ],
    [
      'BAN_LIST_SIGNATURE_INVALID',
      async () => {
        const file = await listFile();
        writeFileSync(file, JSON.stringify({ ...read('list.json'), entries: [] }));
        return file;
      },
    ],
    ['BAN_LIST_FROM_FUTURE', () => issuedAt('2026-01-01T00:10:00Z')],
    ['BAN_LIST_STALE', () => issuedAt('2025-12-30T00:00:00Z')],
  ])(
    'The command bans check exits 1 with %s if the list cannot be trusted, whether it bans the hash or not.',
    async (code, write, by = 'key') => {
      const list = ['--list', await write(), ...trusting(by)];
      const { code: exit, out } = await check(hashOf('a'), ...list);
      expect(out).toMatch(new RegExp(`^${code}: [A-Z]`));
      const asJson = await check(hashOf('d'), ...list, '--json');
      expect(JSON.parse(asJson.out)).toEqual({ sha256: hashOf('d'), is_banned: null, entry: null, code });
      expect([exit, asJson.code]).toEqual([1, 1]);
    },
  );
  async function issuedAt(issued_at: string): Promise<string> {
    const file = await listFile();
    writeFileSync(file, JSON.stringify(signBanList({ ...read('list.json'), issued_at }, key)));
    return file;
  }

  it('The command bans check reads a list from a URL.', async () => {
    const { out } = await make();
    const url = await serve(() => ({ body: out }));
    expect((await check(hashOf('a'), '--url', url, ...trusting())).code).toBe(1);
    expect((await check(hashOf('d'), '--url', url, ...trusting())).code).toBe(0);
  });

  it('The command bans check exits 2 if the list cannot be read or the usage is wrong.', async () => {
    const redirecting = await serve(() => ({ status: 302, body: '' }));
    const ran = [
      await check(hashOf('a'), '--url', redirecting, ...trusting()),
      await check(hashOf('a'), '--url', 'http://127.0.0.1:1/', ...trusting()),
      await check(hashOf('a'), '--url', 'list.json', ...trusting()),
      await check(hashOf('a'), '--list', at('nothing.json'), ...trusting()),
      await check(hashOf('a'), ...trusting()),
      await check(hashOf('a'), '--list', at('bad.json'), '--url', redirecting, ...trusting()),
      await check('nowhere', '--list', await listFile(), ...trusting()),
      await check(hashOf('a'), '--list', at('list.json'), '--authority', 'acme', '--keys', at('key.pub.pem')),
    ];
    expect(ran.map(({ code }) => code)).toEqual(ran.map(() => 2));
    expect(ran.map(({ out }) => out)).toEqual(ran.map(() => ''));
    expect(ran[0]?.err).toContain('error BAN_LIST_REDIRECTED');
    expect(ran[1]?.err).toContain('error BAN_LIST_UNREACHABLE');
  });
});

describe('bans subscribe', () => {
  const subscribe = (source: string, ...more: string[]) =>
    wcp(['bans', 'subscribe', source, ...trusting(), ...more]);

  it('The command bans subscribe shows the list and the settings with which a Hall follows it.', async () => {
    const { out: list } = await make();
    const url = await serve(() => ({ body: list }));
    const { code, out } = await subscribe(url, '--poll', '60');
    expect(out).toMatch(/bans +2 hashes of 3/);
    expect(out).toMatch(/status +cleared: not banned/);
    const member = JSON.parse(`{${out.slice(out.indexOf('"ban_lists"'))}}`);
    expect(member).toEqual({
      ban_lists: [{ url, authority: 'org.acme', public_keys: [key.publicKey], poll_seconds: 60 }],
    });
    expect(code).toBe(0);
  });

  it('The command bans subscribe does the same for a file, and as JSON.', async () => {
    const file = await listFile();
    const { code, out } = await subscribe(file, '--json');
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      code: null,
      list: { sequence: 1 },
      expires_at: '2026-01-02T00:00:00.000Z',
      subscription: { file, poll_seconds: 300 },
    });
    expect(code).toBe(0);
  });

  it('The command bans subscribe exits 1 and prints no settings if the list cannot be trusted.', async () => {
    const other = writeKey('other');
    const list = signBanList({ ...JSON.parse((await make()).out) }, other);
    writeFileSync(at('list.json'), JSON.stringify(list));
    const { code, out } = await subscribe(at('list.json'));
    expect(out).toMatch(/^BAN_LIST_KEY_UNKNOWN: /);
    expect(out).not.toContain('ban_lists');
    const asJson = await subscribe(at('list.json'), '--json');
    expect(JSON.parse(asJson.out)).toMatchObject({
      ok: false,
      code: 'BAN_LIST_KEY_UNKNOWN',
      subscription: null,
    });
    expect([code, asJson.code]).toEqual([1, 1]);
  });

  it('The command bans subscribe exits 2 if there is no list.', async () => {
    const url = await serve(() => ({ status: 404, body: '{}' }));
    expect(await subscribe(url)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('BAN_LIST_HTTP_STATUS'),
    });
    expect((await subscribe(at('nothing.json'))).code).toBe(2);
  });
});

describe('bans publish', () => {
  const now = () => Date.parse(NOW);
  async function openHall(): Promise<TestHall> {
    const hall = await openTestHall({ now });
    await hall.hall.registry.addAuthorityKey('org.acme', key.publicKey);
    return hall;
  }
  const publishing = (...more: string[]) => ['bans', 'publish', at('list.json'), ...more];

  it('The command bans publish has a Hall publish a signed list, to which anyone can then subscribe.', async () => {
    const hall = await openHall();
    await listFile('--sequence', '8');
    const { code, out } = await hall.as('owner', publishing());
    expect(out).toMatch(
      /^The ban list of org\.acme is published: sequence 8, 2 hashes, valid until 2026-01-02/,
    );
    expect(code).toBe(0);
    const url = `${hall.url}/wcp/registry/ban-list?authority=org.acme`;
    const subscribed = await wcp(['bans', 'subscribe', url, ...trusting(), '--json']);
    expect(JSON.parse(subscribed.out)).toMatchObject({ ok: true, list: read('list.json') });
    const checked = await wcp(['bans', 'check', hashOf('b'), '--url', url, ...trusting()]);
    expect(checked.code).toBe(1);
  });

  it('The command bans publish signs the list again with the key, always with the next sequence.', async () => {
    const hall = await openHall();
    await listFile('--sequence', '3');
    const sequences = [];
    for (const more of [[], ['--key-file', at('key.pem')], ['--key-file', at('key.pem')]]) {
      sequences.push((await hall.json('owner', publishing(...more))).json.sequence);
    }
    expect(sequences).toEqual([3, 4, 5]);
    expect(read('list.json').sequence).toBe(3);
  });

  it('The command bans publish exits 1 if a newer list is published, and 2 if the Hall refuses.', async () => {
    const hall = await openHall();
    await listFile('--sequence', '8');
    await hall.as('owner', publishing());
    await listFile('--sequence', '7');
    const earlier = await hall.as('owner', publishing());
    expect(earlier.err).toContain('BAN_LIST_ROLLED_BACK');
    await listFile('--sequence', '9');
    const ran = [
      await hall.as('tenant', publishing()),
      await hall.as('owner', publishing('--key-file', at('nothing.pem'))),
    ];
    writeKey('key');
    await listFile('--sequence', '10');
    const unknown = await hall.as('owner', publishing());
    expect(unknown.err).toContain('BAN_LIST_KEY_UNKNOWN');
    expect([earlier, ...ran, unknown].map(({ code }) => code)).toEqual([1, 2, 2, 2]);
  });

  it('The command bans publish reports what is wrong with a list at its place in the file, and sends nothing.', async () => {
    const hall = await openHall();
    await listFile();
    writeFileSync(at('list.json'), JSON.stringify({ ...read('list.json'), max_age_seconds: 0 }, null, 2));
    const { code, err } = await hall.as('owner', publishing());
    expect(err).toMatch(/list\.json:6:\d+: \/max_age_seconds error INVALID_VALUE/);
    expect(code).toBe(2);
    expect(partsOf(hall.hall).banLists.publisher.list()).toEqual([]);
  });
});

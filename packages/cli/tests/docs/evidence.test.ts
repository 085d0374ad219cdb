import { spawnSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import * as logFile from '@wcp/evidence/log-file';
import * as tiles from '@wcp/evidence/tiles';
import { timestampRequest } from '@wcp/evidence/timestamp';
import { parseWitnessPolicy } from '@wcp/evidence/witness';
import { type Deployment, openDeployment } from '@wcp/hall';
import { ReceiptSchema } from '@wcp/spec/document';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyOfEvidence } from '../auditor/auditor.ts';
import { deferred, REAL_CLOCK, scratch, wcp } from '../support/support.ts';
import { hasOpenssl, TimestampAuthority } from '../support/timestamp-authority.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const PAGE = readFileSync(join(ROOT, 'docs/evidence.md'), 'utf8');
const SIGNER = join(ROOT, 'packages/evidence/tests/key/programs/signer.mjs');

/** The snippets of the page, and those that no test has tried yet. */
const untried = new Set([...PAGE.matchAll(/^```\w+\n.*?^```$/gms)].map(([block]) => block));

/** A snippet of the page that holds a text, which is tried with that. */
function snippet(language: string, text: string): string {
  const found = [...untried].filter((each) => each.startsWith(`\`\`\`${language}\n`) && each.includes(text));
  expect(found, `the page has one snippet with ${text}`).toHaveLength(1);
  untried.delete(found[0] as string);
  return (found[0] as string).split('\n').slice(1, -1).join('\n');
}

const settings = (text: string): object => JSON.parse(snippet('json', text)) as object;

/** The words of a command line, without the prompt and `wcp`. */
const wordsOf = (line: string) =>
  [...line.replace(/^\$ /, '').matchAll(/"([^"]*)"|(\S+)/g)]
    .map(([, quoted, plain]) => quoted ?? plain ?? '')
    .slice(1);

let cwd: string;
let opened: Deployment;
let decision_id = '';
let env: Readonly<Record<string, string>>;
const at = (name: string) => join(cwd, name);
const log = () => opened.hall.log;

/** Types the commands of a snippet, with what differs from folder to folder put in. */
async function type(block: string, put: Readonly<Record<string, string>> = {}) {
  const printed: string[] = [];
  for (const line of block.split('\n')) {
    const words = wordsOf(line).map((word) => put[word] ?? word);
    const { code, out, err } = await wcp(words, { cwd, env, ...REAL_CLOCK });
    expect({ line, code, err: code === 0 ? '' : err }).toEqual({ line, code: 0, err: '' });
    printed.push(out);
  }
  return printed;
}

/** A public key of the Hall as a file, by the name that the page has for it. */
const publicKey = (hex: string, name = 'hall.pub.pem') => {
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(hex, 'hex')]);
  const pem = createPublicKey({ key: der, format: 'der', type: 'spki' }).export({
    type: 'spki',
    format: 'pem',
  });
  writeFileSync(at(name), pem);
};

/** A Hall with every setting of the page. */
beforeAll(async () => {
  cwd = scratch();
  const dir = at('my-hall');
  await (await openDeployment(dir, { listens: false, keys: 'none' })).close();
  const read = (name: string) => JSON.parse(readFileSync(join(dir, name), 'utf8')) as object;
  const write = (name: string, more: object) =>
    writeFileSync(join(dir, name), JSON.stringify({ ...read(name), ...more }));
  mkdirSync(join(dir, 'siem'));
  writeFileSync(join(dir, 'tsa.pem'), copyOfEvidence().read('tsa.pem'));
  const watched = settings('"checkpoint_copies"') as { checkpoint_copies: { file?: string }[] };
  const copies = watched.checkpoint_copies.map((copy) =>
    copy.file === undefined ? copy : { file: at('checkpoints.txt') },
  );
  const known = {
    ...watched,
    checkpoint_copies: copies,
    ...settings('"every_seconds"'),
    ...settings('"exports"'),
  };
  write('server.json', known);
  write('hall.json', { ...settings('"x.retention"'), allowed_tenants: ['agent.example', 'agent.newsroom'] });
  opened = await openDeployment(dir, { port: 0, env: { SIEM_TOKEN: 'secret' }, log: () => {} });
  const key = opened.made.keys.find(({ role }) => role === 'admin')?.key ?? '';
  env = { WCP_HALL_URL: opened.url ?? '', WCP_HALL_KEY: key };
}, 120_000);
afterAll(() => opened?.close(0));

const route = (tenant_id: string) =>
  opened.hall.route({
    ...{
      capability_id: 'cap.hello.greet',
      env: 'dev',
      data_label: 'PUBLIC',
      tenant_risk: 'low',
      qos_class: 'P2',
    },
    ...{ tenant_id, correlation_id: 'c-1', request: { name: 'Ada' } },
  });

/** The function of a snippet, which imports from one entry of the package alone. */
function programOf(text: string, entry: string, exported: object): (...args: unknown[]) => Promise<unknown> {
  const [, name = ''] = /export async function (\w+)/.exec(text) ?? [];
  const body = stripTypeScriptTypes(text)
    .replace(`from '@wcp/evidence/${entry}';`, '')
    .replace(/^import (\{[^}]*\})/m, 'const $1 = exported;')
    .replace('export async function', 'async function');
  return new Function('exported', 'console', `${body}\nreturn ${name};`)(exported, { log: () => {} });
}

describe('the page about evidence', () => {
  test('The key changes, and the old one is revoked, as the page says.', async () => {
    await route('agent.example');
    const [first] = log().keys();
    await type(snippet('sh', 'wcp keys rotate-log\n'));
    await type(snippet('sh', '--prepare'));
    const ended = log().keys()[0]?.to_position;
    expect(ended).toBeGreaterThan(0);
    const put = { 'ed25519:56475aa75463474c': String(first?.key_id), 400: String(ended) };
    await type(snippet('sh', 'revoke-log'), put);
    expect(log().keys()[0]?.revoked_from).toBe(ended);
  });

  test('A program that signs is found by the settings of the page.', async () => {
    const { signer } = settings('"signer"') as { signer: object };
    const dir = at('elsewhere');
    mkdirSync(dir);
    const command = [process.execPath, SIGNER, '0c'.repeat(32)];
    const server = { origin: 'hall.example/kms', signer: { ...signer, command } };
    writeFileSync(join(dir, 'server.json'), JSON.stringify(server));
    const elsewhere = await openDeployment(dir, { listens: false, keys: 'none', log: () => {} });
    expect((await elsewhere.hall.log.checkpoint()).split('\n')[0]).toBe('hall.example/kms');
    await elsewhere.close(0);
  });

  test('A witness is made, told of a log and served.', async () => {
    const [init = '', watch = '', serve = ''] = snippet('sh', 'wcp witness init').split('\n');
    const [made] = await type(init);
    expect(made).toContain('witness.example/w1+');
    await type(watch);
    const { promise: untilStopped, resolve: stop } = deferred();
    const words = wordsOf(serve).map((word) => (word === '7430' ? '0' : word));
    const onOutput = (out: string) => out.includes('Stop it with Ctrl-C') && stop();
    expect(await wcp(words, { cwd, ...REAL_CLOCK, untilStopped, onOutput })).toMatchObject({ code: 0 });
  });

  test('The policy of the page is one.', () => {
    const reading = parseWitnessPolicy(snippet('json', '"quorum"'));
    expect(reading).toMatchObject({ ok: true, policy: { witnesses: [{ name: 'witness.example/w1' }] } });
  });

  test.skipIf(!hasOpenssl)('openssl verifies a timestamp in the way of the page.', async () => {
    const authority = await TimestampAuthority.open();
    const note = copyOfEvidence().read('whole/checkpoint.txt');
    mkdirSync(at('stamped/evidence/checkpoints'), { recursive: true });
    writeFileSync(at('stamped/evidence/checkpoints/300.txt'), note);
    writeFileSync(at('stamped/evidence/checkpoints/300.0.tsr'), authority.stamp(timestampRequest(note).der));
    writeFileSync(at('stamped/tsa.pem'), authority.certificates);
    authority.close();
    const { status, stdout, stderr } = spawnSync('sh', ['-c', snippet('sh', 'openssl ts')], {
      cwd: at('stamped'),
      encoding: 'utf8',
    });
    expect(`${status} ${stdout}${stderr}`).toContain('0 ');
    expect(stdout + stderr).toContain('Verification: OK');
  });

  test('One request is shown, and verified with the key of the Hall.', async () => {
    ({ decision_id } = (await route('agent.example')) as { decision_id: string });
    publicKey(String(log().keys()[0]?.public_key), 'first.pub.pem');
    const put = { '0195f3a0-7c1e-7000-8000-000000000001': decision_id };
    const [, verified] = await type(snippet('console', 'wcp evidence disclose'), put);
    expect(verified).toContain('ok: the request is the one that was decided about');
  });

  test('A tenant is forgotten, after it was said what that is.', async () => {
    await route('agent.newsroom');
    const [plan, forgotten] = await type(snippet('console', 'wcp evidence forget'));
    expect(plan).toContain('--yes');
    expect(forgotten).toMatch(/1 (?:decision|request)/);
  });

  test('Receipts are given to other tools.', async () => {
    await wcp(['receipts', 'export', at('evidence')], { cwd, env });
    const [, events = ''] = await type(snippet('sh', '--as ocsf'));
    expect(readFileSync(at('events.jsonl'), 'utf8')).toContain('"class_uid"');
    expect(JSON.parse(events.split('\n')[0] ?? '')).toMatchObject({ specversion: '1.0' });
  });

  test('The log is written as tiles, and verified by the command and by the program of the page.', async () => {
    await type(snippet('console', 'wcp evidence tiles'));
    const [first] = log().keys();
    publicKey(String(first?.public_key));
    const [verified] = await type(snippet('console', 'wcp receipts verify log/'));
    expect(verified).toContain('ok: nothing is changed or missing');
    const audit = programOf(snippet('ts', 'verifyTiles'), 'tiles', tiles);
    expect(await audit(at('log'), { [String(first?.key_id)]: first?.public_key })).toBe(true);
    const stranger = generateSigningKey();
    expect(await audit(at('log'), { [stranger.keyId]: stranger.publicKey })).toBe(false);
  });

  test('A file of receipts is verified while it is read, with the program of the page.', async () => {
    const audit = programOf(snippet('ts', 'verifyLogFile'), 'log-file', logFile);
    const [first] = log().keys();
    const file = at('evidence/receipts.jsonl');
    const note = readdirSync(at('evidence')).find((name) => name.startsWith('checkpoint')) ?? '';
    const checkpoint = readFileSync(at(`evidence/${note}`), 'utf8');
    expect(await audit(file, first?.public_key, checkpoint)).toBe(true);
    expect(await audit(file, generateSigningKey().publicKey, checkpoint)).toBe(false);
  });

  test('What a target refused is listed, and sent once more.', async () => {
    const [listed, refused, retried] = await type(snippet('console', 'wcp exports list'));
    expect(listed).toMatch(/^archive +ocsf .*\nsiem +cloudevents /m);
    expect([refused, retried]).toEqual(['No receipt is refused.\n', 'No receipt is refused.\n']);
  });

  test('What a receipt says of a restore has the form of the page.', () => {
    const restore = settings('"former_origin"');
    expect(Compile(ReceiptSchema.properties.restore).Check(restore)).toBe(true);
    expect(Compile(ReceiptSchema.properties.restore).Check({ ...restore, size: null })).toBe(false);
  });

  test('A stopped Hall is archived.', async () => {
    await opened.close(0);
    const [said] = await type(snippet('console', 'wcp evidence archive'));
    expect(said).toContain('Nothing was archived');
    expect(readdirSync(at('my-hall'))).toContain('siem');
  });

  test('Every snippet of the page was tried.', () => {
    const left = [...untried].filter((block) => hasOpenssl || !block.includes('openssl ts'));
    expect(left).toEqual([]);
  });
});

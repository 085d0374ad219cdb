import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createHallClient, type HallClient } from '@wcp/client';
import { openLineFile } from '@wcp/telemetry';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/program.ts';
import { hallFolder } from '../support/pipeline-support.ts';
import { filesBelow, type Place, type Secret, strayed } from '../support/secret-search.ts';
import { ended, type ServerProcess, startServer } from '../support/server-process.ts';
import { type Ran, REAL_CLOCK, scratch, wcp } from '../support/support.ts';

const TENANT = 'agent.example';
const HMAC_KEY = 'ATTESTING-key-of-the-hmac-form';
const WORKER_SECRET = 'WORKERS-secret-in-its-environment';
const WEBHOOK_SECRET = randomBytes(32).toString('base64');
/** Stands where a credential is not a text, so that the whole request is refused. */
const MISPLACED = 'MISPLACED-credential-in-an-object';
/** Of a backup. */
const PASSPHRASE = 'PASSPHRASE-of-the-keys-in-a-backup';
const NOT_A_TOKEN = 'UNSIGNED-text-for-a-credential';
const NOT_A_KEY = `wcp_aaaaaaaaaaaa_${randomBytes(32).toString('base64url')}`;

const ENV = {
  WCP_ATTEST_HMAC_KEY: HMAC_KEY,
  WORKER_SECRET,
  HOOK_SECRET: `whsec_${WEBHOOK_SECRET}`,
};

const dir = hallFolder();
const tmp = scratch();
const out = scratch();
const issuer = generateKeyPairSync('ed25519');
const receiver = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(204).end());
});

/** Everything that a command or a process wrote, and the files that it left outside of the Hall's folder. */
const places: Place[] = [];
const secrets: Secret[] = [];
const keys: Record<string, string> = {};
/** The commands that ran, by their words. */
const ran = new Set<string>();
let whileRunning: readonly Place[] = [];
let afterwards: readonly Place[] = [];
let url = '';
let token = '';

const add = (name: string, bytes: string | Buffer, homes: readonly RegExp[] = []) =>
  void secrets.push({ name, bytes: Buffer.from(bytes), homes });

/** The last part of an API key: the rest is its public id. */
const secretPart = (key: string) => key.split('_').slice(2).join('_');

/** A credential whose payload begins with a claim that nobody may keep. */
function mint(audience: string, privateKey: KeyObject): string {
  const iat = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    marked: 'PRIVATE-claim-of-a-credential',
    iss: 'issuer.example',
    sub: 'ada',
    aud: audience,
    iat,
  };
  const signed = `${part({ alg: 'EdDSA', typ: 'JWT' })}.${part({ ...claims, exp: iat + 600 })}`;
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
}

/** Runs a command twice, for people and for programs, and keeps what it wrote. */
async function run(person: string, args: readonly string[], input = ''): Promise<Ran> {
  ran.add(args.slice(0, wordsOf(args)).join(' '));
  const env = { ...ENV, WCP_HALL_URL: url, WCP_HALL_KEY: keys[person] ?? '' };
  const options = { ...REAL_CLOCK, env, input, cwd: out };
  const text = await wcp(args, options);
  keep(`output of ${args.join(' ')}`, text);
  keep(`output of ${args.join(' ')} --json`, await wcp([...args, '--json'], options));
  return text;
}

function keep(name: string, { out: written, err }: Ran): void {
  places.push({ name, bytes: Buffer.from(`${written}\n${err}`) });
}

/** How many words name a command: two where the first is a group. */
function wordsOf(args: readonly string[]): number {
  return COMMANDS.some((name) => name === args[0]) ? 1 : 2;
}

function leavesOf(command: Command, before: string): string[] {
  const name = `${before} ${command.name()}`.trim();
  return command.commands.length === 0 ? [name] : command.commands.flatMap((each) => leavesOf(each, name));
}

/** Every command of the program, by its words. */
const { commands } = await createProgram(
  { write: () => {}, warn: () => {}, env: {} } as never,
  false,
  () => {},
  () => true,
);
const COMMANDS = commands
  .flatMap((command) => leavesOf(command, ''))
  .filter((name) => !/(^| )help$/.test(name));

/** Commands that are given no secret of a Hall or of its people. */
const NOT_RUN: Readonly<Record<string, string>> = {
  demo: 'makes a Hall, keys and evidence of its own, and needs none of these',
  'pipeline run': 'the same; what it does with a credential is what `dispatch` does',
  serve: 'is the process whose outputs are searched',
  'conformance run': 'speaks with a program and knows no Hall',
  'conformance serve': 'the same',
  'conformance list': 'prints what is published',
  'conformance show': 'prints what is published',
  'catalog search': 'prints what is published',
  'catalog show': 'prints what is published',
  'catalog browse': 'prints what is published',
  version: 'prints what is published',
  restore: 'makes the folder of another Hall, keys included: commands/hall/backup.test.ts',
  'store migrate':
    'copies rows as they are, sealed and encrypted, and needs a database: commands/store/migrate.test.ts',
  'witness serve': 'goes on until it is stopped, and has a folder of its own: commands/witness/serve.test.ts',
  'worker serve': 'goes on until it is stopped, and has a folder of its own: commands/worker/serve.test.ts',
  'hook claude-code': 'has a Hall, keys and a folder of its own: commands/hook/hook.test.ts',
  'hook codex': 'the same',
  'hook cursor': 'the same',
  'hook gemini': 'the same',
  'hook install': 'the same',
  'mcp wrap': 'has a Hall, keys and a folder of its own: commands/mcp/wrap.test.ts',
  'mcp serve': 'the same',
  'mcp list': 'the same',
  'mcp diff': 'the same',
  'mcp enrol': 'the same',
  'mcp test': 'the same',
  'mcp import': 'the same',
  'mcp undo': 'the same',
};

const GREETING = {
  capability_id: 'cap.hello.greet',
  env: 'dev',
  data_label: 'PUBLIC',
  tenant_risk: 'low',
  qos_class: 'P2',
  tenant_id: TENANT,
  correlation_id: 'secrets-1',
  request: { name: 'Ada' },
};
const requestFile = (name: string, members: object) => {
  writeFileSync(join(out, name), JSON.stringify({ ...GREETING, tenant_credential: token, ...members }));
  return name;
};

/** A worker that writes all that it knows to standard error and dies, when it is asked to. */
const WORKER = `
let rest = '';
for await (const chunk of process.stdin) {
  const lines = (rest + chunk).split('\\n');
  rest = lines.pop();
  for (const line of lines) {
    const { id, request, permit } = JSON.parse(line);
    if (request.name === 'crash') {
      process.stderr.write([process.env.WORKER_SECRET, permit, line].join('\\n'));
      process.exit(9);
    }
    const result = { greeting: 'Hello!' };
    process.stdout.write(JSON.stringify({ id, status: 'ok', result, telemetry: [], evidence: [], deny_reason: null }) + '\\n');
  }
}
`;

let server: ServerProcess;
const started: ServerProcess[] = [];

async function serve(): Promise<void> {
  server = await startServer(dir, { ...ENV, TMPDIR: tmp });
  started.push(server);
  url = /http:\/\/127\.0\.0\.1:\d+/.exec(server.out)?.[0] as string;
}

beforeAll(async () => {
  await new Promise<void>((ready) => receiver.listen(0, '127.0.0.1', ready));
  mkdirSync(dir);
  await serve();
  for (const [, role, key] of server.out.matchAll(/^\s*(admin|tenant|steward)\b.*?(wcp_\S+)$/gm)) {
    keys[role as string] = key as string;
    add(`the key of the first ${role}`, secretPart(key as string), [/^output of serve 1$/]);
  }
  await ended(server.child, 'SIGTERM');
  configure();
  await serve();
  await setUp();
  await useEverything();
  addKeyFiles();
  whileRunning = allPlaces();
  await crashAndEnd();
  afterwards = allPlaces();
}, 300_000);
afterAll(() => void receiver.close());

/** Puts a secret wherever the settings of a Hall take one. */
function configure(): void {
  const edit = (name: string, change: object) => {
    const now = JSON.parse(readFileSync(join(dir, name), 'utf8'));
    writeFileSync(join(dir, name), JSON.stringify({ ...now, ...change }));
  };
  const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const env = { WORKER_SECRET: { from: 'WORKER_SECRET' } };
  edit('server.json', {
    workers: [{ dir: 'workers/hello', program: 'worker.mjs', env, processes: 1 }],
    webhooks: [{ url: hook, secret_env: 'HOOK_SECRET' }],
    backups: { dir: 'backups' },
  });
  edit('hall.json', { require_credential: true });
  writeFileSync(join(dir, 'workers/hello/worker.mjs'), WORKER);
}

async function setUp(): Promise<void> {
  const client = createHallClient({ url, key: keys['admin'] });
  for (const [person, roles] of Object.entries({ auditor: ['auditor'], owner: ['worker-owner'] })) {
    const authority = person === 'owner' ? { authority: 'org.example' } : {};
    const made = await client.createKey({ label: person, roles, ...authority } as never);
    keys[person] = made.key;
    add(`the key of the ${person}`, secretPart(made.key));
  }
  const jwk = issuer.publicKey.export({ format: 'jwk' });
  await client.putIssuer({
    issuer: 'issuer.example',
    tenant_id: TENANT,
    roles: ['tenant'],
    keys: { keys: [jwk] },
  } as never);
  token = mint((await client.showLog()).origin, issuer.privateKey);
  const [, payload = '', signature = ''] = token.split('.');
  const given = [/^file of requests/];
  add('the payload of a credential', payload, given);
  add('the signature of a credential', signature, given);
  add('a claim of a credential', 'PRIVATE-claim-of-a-credential', given);
  add('a credential in a wrong place', MISPLACED, given);
  add('a credential that is not a token', NOT_A_TOKEN, given);
  add('a key that the Hall does not know', secretPart(NOT_A_KEY));
  add('the passphrase of a backup', PASSPHRASE, given);
  add('the HMAC key', HMAC_KEY);
  add('the secret of the worker', WORKER_SECRET);
  add('the secret of the webhook', WEBHOOK_SECRET);
  add('the bytes of the secret of the webhook', Buffer.from(WEBHOOK_SECRET, 'base64'));
}

/** The 32 bytes of a private key in a PEM. */
function seedIn(file: string): Buffer {
  const body = readFileSync(file, 'utf8').replace(/-----[^-]+-----|\s/g, '');
  return Buffer.from(body, 'base64').subarray(-32);
}

/** Runs every command that reads or changes something of a Hall, each as whoever may and may not. */
async function useEverything(): Promise<void> {
  await useKeys();
  await useDecisions();
  await useApprovals();
  await useEvidence();
  await useMistakes();
}

async function useKeys(): Promise<void> {
  await run('admin', ['keygen', '--out', 'keys']);
  await run('admin', ['witness', 'init', 'witness', '--name', 'witness.example/w1']);
  const log = (await (await fetch(`${url}/wcp/log`)).json()) as { readonly verifier_key: string };
  await run('admin', ['witness', 'watch', 'witness', log.verifier_key]);
  await run('admin', [
    'attest',
    'build',
    join(dir, 'workers/hello'),
    '--version',
    '1.0.0',
    '--hmac-env',
    '--force',
  ]);
  await run('admin', ['attest', 'hash', join(dir, 'workers/hello')]);
  const named = ['--worker-id', 'org.example.hello', '--species', 'wrk.hello.greeter'];
  await run('admin', ['attest', 'verify', join(dir, 'workers/hello'), ...named, '--hmac-env']);
  const enrolled = await run('admin', [
    'workers',
    'enrol',
    join(dir, 'workers/hello'),
    '--key-file',
    join(dir, 'keys/org.example.pem'),
  ]);
  expect(enrolled).toMatchObject({ code: 0 });
  await run('admin', ['workers', 'list']);
  await run('admin', ['workers', 'show', 'org.example.hello']);
  const made = await run('admin', ['keys', 'create', '--label', 'short', '--role', 'auditor']);
  expect(made.code).toBe(0);
  await run('admin', ['keys', 'list']);
  const client = createHallClient({ url, key: keys['admin'] });
  const { items } = await client.listKeys();
  const short = items.filter(({ label }) => label === 'short').map(({ key_id }) => key_id);
  await run('admin', ['keys', 'log']);
  await run('admin', ['keys', 'rotate-log', '--prepare']);
  await run('admin', ['keys', 'revoke-log', 'ed25519:0000000000000000', '--at', '0']);
  await run('admin', ['keys', 'rotate', short[0] as string]);
  await run('admin', ['keys', 'revoke', short[1] as string]);
  for (const { name, bytes } of places) {
    for (const [key] of bytes.toString('latin1').matchAll(/wcp_[a-z0-9]{12}_[A-Za-z0-9_-]{43}/g)) {
      add('a new key', secretPart(key), [new RegExp(`^${name}$`)]);
    }
  }
  await run('admin', ['authorities', 'add', 'org.acme', '--keys', 'keys/wcp-key.pub.pem']);
  await run('admin', ['authorities', 'list']);
  await run('admin', ['authorities', 'revoke', 'org.acme', 'nobody']);
  await run('owner', ['workers', 'remove', 'org.example.nobody']);
}

async function useDecisions(): Promise<void> {
  writeFileSync(join(out, 'passphrase.txt'), `${PASSPHRASE}\n`);
  const dispatched = await run('tenant', ['dispatch', requestFile('plain.json', {})]);
  expect(dispatched).toMatchObject({ code: 0 });
  requestFile('held.json', { data_label: 'RESTRICTED', correlation_id: 'secrets-held' });
  requestFile('crash.json', { request: { name: 'crash' }, correlation_id: 'secrets-crash' });
  requestFile('unsigned.json', { tenant_credential: NOT_A_TOKEN });
  requestFile('misplaced.json', { tenant_credential: { token: MISPLACED } });
  writeFileSync(join(out, 'broken.json'), `{"tenant_credential": "${token}", "request": ${NOT_A_TOKEN}`);
  const files = ['held.json', 'crash.json', 'unsigned.json', 'misplaced.json', 'broken.json'];
  for (const file of files) {
    await run('tenant', ['dispatch', file]);
    await run('tenant', ['route', file]);
    const world = ['--rules', join(dir, 'rules.json'), '--config', join(dir, 'hall.json')];
    for (const command of ['route', 'explain']) await run('tenant', [command, file, ...world]);
    await run('tenant', ['validate', 'route-input', file]);
  }
  for (const command of ['check', 'test', 'format']) await run('tenant', ['rules', command, 'plain.json']);
  await run('auditor', ['rules', 'suggest']);
  await run('tenant', ['rules', 'schema']);
  await run('tenant', ['agents', 'check', '.']);
  await run('admin', ['budgets']);
  await run('admin', ['health']);
  await run('admin', ['backup', 'one', '--passphrase-file', 'passphrase.txt']);
  await run('admin', ['doctor', dir]);
}

async function useApprovals(): Promise<void> {
  const client: HallClient = createHallClient({ url, key: keys['steward'] });
  await run('steward', ['approvals', 'list']);
  const { items } = await client.listPendingApprovals();
  expect(items.length).toBeGreaterThanOrEqual(2);
  const [first = '', second = ''] = items.map(({ approval_id }) => approval_id);
  await run('steward', ['approvals', 'show', first]);
  await run('steward', ['approvals', 'escalate', first, '--reason', 'x']);
  await run('steward', ['approvals', 'approve', second, '--reason', 'x']);
  await run('steward', ['approvals', 'deny', first, '--reason', 'x']);
  await run('steward', ['dead-letters', 'list']);
  const letters = await client.listDeadLetters();
  expect(letters.items.length).toBeGreaterThanOrEqual(1);
  const [letter = ''] = letters.items.map(({ decision_id }) => decision_id);
  await run('steward', ['dead-letters', 'replay', letter]);
  await run('admin', ['dead-letters', 'purge', letter]);
  await run('steward', ['freeze', 'tenant', TENANT, '--reason', 'x']);
  await run('steward', ['freezes']);
  await run('steward', ['release', 'tenant', TENANT]);
}

async function useEvidence(): Promise<void> {
  for (const person of ['auditor', 'tenant', 'steward', 'owner']) {
    await run(person, ['receipts', 'export', `receipts-${person}`]);
    await run(person, ['receipts', 'export', `bundle-${person}`, '--decisions']);
    await run(person, ['evidence', 'tiles', `tiles-${person}`]);
    await run(person, ['receipts', 'list']);
    await run(person, ['receipts', 'tree', 'secrets-1']);
    await run(person, ['replay']);
  }
  await run('auditor', ['receipts', 'verify', 'bundle-steward']);
  const { items } = await createHallClient({ url, key: keys['auditor'] }).listDecisions({ limit: 1 });
  const [made = ''] = items.map(({ decision }) => decision.decision_id ?? '');
  await run('auditor', ['evidence', 'disclose', made, '--out', 'disclosure.json']);
  await run('auditor', ['evidence', 'verify', 'disclosure.json', '--keys', 'bundle-steward/keys.json']);
  await run('admin', ['evidence', 'forget', '--decision', made, '--yes']);
  await run('auditor', ['exports', 'list']);
  await run('auditor', ['exports', 'refused', 'siem']);
  await run('admin', ['exports', 'retry', 'siem']);
  await run('auditor', ['receipts', 'tree', 'secrets-1', '--bundle', 'bundle-steward']);
  await run('auditor', ['replay', '--bundle', 'bundle-steward']);
  const list = [{ sha256: `sha256:${'0'.repeat(64)}`, reason: 'x' }];
  writeFileSync(join(out, 'entries.json'), JSON.stringify(list));
  const signed = ['--authority', 'org.example', '--key-file', join(dir, 'keys/org.example.pem')];
  await run('owner', ['bans', 'make', 'entries.json', ...signed, '--out', 'bans.json', '--force']);
  await run('owner', ['bans', 'publish', 'bans.json', '--key-file', join(dir, 'keys/org.example.pem')]);
  const trusted = ['--authority', 'org.example', '--keys', 'keys/wcp-key.pub.pem'];
  await run('owner', ['bans', 'subscribe', 'bans.json', ...trusted]);
  await run('owner', ['bans', 'check', `sha256:${'0'.repeat(64)}`, '--list', 'bans.json', ...trusted]);
  await writeTelemetry();
}

/** What a program keeps that follows the events and writes them to a file. */
async function writeTelemetry(): Promise<void> {
  const file = await openLineFile(join(out, 'telemetry.jsonl'));
  const signal = AbortSignal.timeout(2_000);
  const client = createHallClient({ url, key: keys['auditor'], signal });
  for await (const { event } of client.events({ since: '0' })) await file.append([event]);
  await file.close();
  expect(readFileSync(join(out, 'telemetry.jsonl'), 'utf8').split('\n').length).toBeGreaterThan(20);
}

/** Secrets in commands that are wrong: an error quotes what is wrong, but not these. */
async function useMistakes(): Promise<void> {
  for (const key of [keys['tenant'] as string, NOT_A_KEY]) {
    for (const args of [
      ['health', '--nonsense'],
      ['receipts'],
      ['keys', 'list'],
      ['dispatch', 'nowhere.json'],
    ]) {
      const given = [...args, '--key', key];
      const name = `output of a wrong command (${args.join(' ')})`;
      keep(name, await wcp(given, { env: { WCP_HALL_URL: url }, cwd: out }));
      keep(name, await wcp([...given, '--json'], { env: { WCP_HALL_URL: url }, cwd: out }));
    }
  }
  // A private key and a file of requests where something else is expected.
  const [pem, request] = [join(dir, 'keys/org.example.pem'), 'broken.json'];
  for (const file of [pem, request]) {
    await run('admin', ['validate', 'rules', file]);
    await run('admin', ['receipts', 'verify', file]);
    await run('admin', ['authorities', 'add', 'org.acme', '--keys', file]);
    await run('admin', ['bans', 'make', file, '--authority', 'org.example', '--key-file', request]);
    await run('admin', ['replay', '--rules', file]);
  }
}

/** All that is left: outputs, the Hall's folder while it runs and after, temporary files, files of the commands. */
function allPlaces(): Place[] {
  const requests =
    /^files of the commands\/(?:plain|held|crash|unsigned|misplaced|broken)\.json$|^files of the commands\/passphrase\.txt$/;
  const files = filesBelow(out, 'files of the commands').map((place) =>
    requests.test(place.name) ? { ...place, name: `file of requests ${place.name}` } : place,
  );
  const outputs = started.map(({ all }, n) => ({
    name: `output of serve ${n + 1}`,
    bytes: Buffer.from(all()),
  }));
  return [...places, ...files, ...outputs, ...filesBelow(dir, 'hall'), ...filesBelow(tmp, 'temporary files')];
}

/** The keys that stand in files: each may stand in its own. */
function addKeyFiles(): void {
  const files = [
    [join(dir, 'keys/hall-key.pem'), /^hall\/keys\/hall-key\.pem$/],
    [join(dir, 'keys/org.example.pem'), /^hall\/keys\/org\.example\.pem$/],
    [join(out, 'keys/wcp-key.pem'), /^files of the commands\/keys\/wcp-key\.pem$/],
  ] as const;
  for (const [file, home] of files) add(`the private key in ${file}`, seedIn(file), [home]);
}

/** A crash in the middle of a dispatch, the start after it, and a clean end. */
async function crashAndEnd(): Promise<void> {
  const working = run('tenant', ['dispatch', 'crash.json']);
  await ended(server.child, 'SIGKILL');
  await working;
  await serve();
  await run('auditor', ['health']);
  await run('tenant', ['dispatch', 'plain.json']);
  expect(await ended(server.child, 'SIGTERM')).toBe(0);
  await run('admin', ['evidence', 'archive', dir, '--before', '256']);
}

describe('a secret of a Hall or of its people', () => {
  it('While a Hall runs, a secret stands nowhere but in its home: in no output, log, export, snapshot or file.', () => {
    expect(strayed(secrets, whileRunning)).toEqual([]);
  });

  it('After a crash, another start and an end, a secret stands nowhere but in its home.', () => {
    expect(strayed(secrets, afterwards)).toEqual([]);
  });

  it('The search looked where something could be: at every home, and at every kind of place.', () => {
    const all = afterwards;
    const lost = secrets.filter(
      ({ name, bytes, homes = [] }) =>
        homes.length > 0 &&
        !strayed([{ name, bytes }], all).some((each) =>
          homes.some((home) => home.test(each.slice(name.length + 4))),
        ),
    );
    expect(lost.map(({ name }) => name)).toEqual([]);
    for (const kind of [
      /^hall\/store\.db/,
      /^hall\/snapshots\/.+worker\.mjs$/,
      /telemetry\.jsonl$/,
      /bundle-steward\/.+jsonl$/,
      /^output of serve 3$/,
      /--json$/,
    ]) {
      expect([kind, all.some(({ name, bytes }) => kind.test(name) && bytes.length > 0)]).toEqual([
        kind,
        true,
      ]);
    }
  });

  it('Every command was run, or there is a reason why it was not.', () => {
    const missing = COMMANDS.filter((name) => !ran.has(name) && !(name in NOT_RUN));
    const needless = Object.keys(NOT_RUN).filter((name) => ran.has(name) || !COMMANDS.includes(name));
    expect([missing, needless]).toEqual([[], []]);
  });
});

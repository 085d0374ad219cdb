import { type ChildProcess, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey, type SigningKey } from '@wcp/evidence';
import { type Deployment, openDeployment } from '@wcp/hall';
import { afterEach, describe, expect, it } from 'vitest';
import { REAL_CLOCK, REQUEST, scratch, start, wcp, wcpProcess } from '../../support/support.ts';

const EXAMPLE = join(import.meta.dirname, '../../../../hall/example/workers/hello');
const HELLO = 'org.example.hello';
const GREETING = { ...REQUEST, env: 'stage', capability_id: 'cap.hello.greet', request: { name: 'Ada' } };
const RULES = [
  {
    rule_id: 'greet',
    match: { capability_id: 'cap.hello.greet' },
    decision: { candidate_workers_ranked: [{ worker_species_id: 'wrk.hello.greeter' }] },
  },
];
const { PATH = '' } = process.env;
/** Whether this machine can contain a worker. */
const isHere = spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true']).status === 0;

const running: ChildProcess[] = [];
const open: Deployment[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
  await Promise.all(running.splice(0).map((child) => stop(child, 'SIGKILL')));
});

function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('close', (code) => resolve(code));
    child.kill(signal);
  });
}

/** A package, the key of its authority beside it, and a place for temporary files. */
interface Ground {
  readonly dir: string;
  readonly hallKey: SigningKey;
  readonly tmp: string;
}

function ground(): Ground {
  const dir = scratch();
  cpSync(EXAMPLE, join(dir, 'hello'), { recursive: true });
  for (const name of ['keys', 'tmp', 'hall', 'hall/keys']) mkdirSync(join(dir, name), { mode: 0o700 });
  const [authority, hallKey] = [generateSigningKey(), generateSigningKey()];
  writeFileSync(join(dir, 'keys/org.pem'), authority.exportPrivatePem(), { mode: 0o600 });
  writeFileSync(join(dir, 'keys/org.pub.pem'), authority.exportPublicPem());
  writeFileSync(join(dir, 'hall/keys/hall-key.pem'), hallKey.exportPrivatePem(), { mode: 0o600 });
  return { dir, hallKey, tmp: join(dir, 'tmp') };
}

const serving = ({ hallKey }: Ground, port = '0') => [
  ...['worker', 'serve', 'hello', '--sandbox', '--program', 'worker.mjs', '--authority-key', 'keys/org.pem'],
  ...['--hall-key', hallKey.publicKey, '--port', port, '--json'],
];

interface Served {
  readonly child: ChildProcess;
  readonly ready: { readonly listening: string; readonly code_hash: string };
  readonly out: () => string;
}

/** Starts `wcp worker serve` as a process and waits until it listens. */
function serve(place: Ground, args = serving(place)): Promise<Served> {
  const child = start(args, { cwd: place.dir, env: { PATH, TMPDIR: place.tmp } });
  running.push(child);
  let [out, err] = ['', ''];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      const line = out.split('\n').find((each) => each.includes('listening'));
      if (line !== undefined) resolve({ child, ready: JSON.parse(line), out: () => out });
    });
    child.once('close', () => reject(new Error(`It ended: ${out}${err}`)));
  });
}

/** A Hall that requires attestation and calls the worker at this address, and `wcp` as its admin. */
async function hallFor({ dir }: Ground, url: string, attested = true) {
  const folder = join(dir, 'hall');
  const worker = { url, record: '../hello/registry_record.json', ...(attested && { attested }) };
  const files = { 'rules.json': RULES, 'hall.json': { require_worker_attestation: true } };
  for (const [name, value] of Object.entries({ ...files, 'server.json': { workers: [worker] } })) {
    writeFileSync(join(folder, name), JSON.stringify(value));
  }
  const deployment = await openDeployment(folder, { port: 0 });
  open.push(deployment);
  const WCP_HALL_KEY = deployment.made.keys.find(({ role }) => role === 'admin')?.key as string;
  const env = { WCP_HALL_URL: deployment.url as string, WCP_HALL_KEY };
  const run = (line: string) => wcp(line.split(' '), { ...REAL_CLOCK, cwd: dir, env });
  for (const line of [
    'authorities add org.example --keys keys/org.pub.pem',
    'attest build hello --version 1.0.0 --key keys/org.pem',
    'workers enrol hello --key-file keys/org.pem',
  ]) {
    const ran = await run(line);
    if (ran.code !== 0) throw new Error(`${line}: ${ran.err}`);
  }
  return { hall: deployment.hall, run };
}

describe.skipIf(!isHere)('wcp worker serve', () => {
  it('Runs a worker contained at its own end for a Hall that requires attestation, permits included.', async () => {
    const place = ground();
    const { child, ready, out } = await serve(place);
    const { hall, run } = await hallFor(place, ready.listening);
    const { decision, result, outcome_receipt } = await hall.dispatch(GREETING);
    expect([decision.outcome, result?.result]).toEqual(['DISPATCH', { greeting: 'Hello, Ada!' }]);
    const levels = Object.values(outcome_receipt?.enforcement ?? {}).map(({ level }) => level);
    expect(new Set(levels)).toEqual(new Set(['declared']));
    expect((await run('workers list')).out).toContain('its server attests its code');
    const shown = (await run(`workers show ${HELLO}`)).out.replaceAll(/\s+/g, ' ');
    expect(shown).toContain(`attests ${ready.code_hash}`);
    expect(shown).toContain('contained there, by its word');
    expect(await hall.health()).toMatchObject({ troubles: [] });

    const context = contextOf(decision);
    const headers = { 'content-type': 'application/json' };
    const post = async (body: object) => {
      const answer = await fetch(`${ready.listening}/run`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ context, request: { name: 'Eve' }, ...body }),
      });
      return { status: answer.status, body: await answer.json() };
    };
    const unpermitted = await post({});
    expect(unpermitted.body).toMatchObject({ deny_reason: { code: 'WORKER_PERMIT_MISSING' } });
    const other = await post({ code_hash: `sha256:${'0'.repeat(64)}` });
    expect(other).toMatchObject({ status: 409, body: { code: 'CODE_CHANGED' } });

    expect(await stop(child, 'SIGTERM')).toBe(0);
    expect(out()).toContain('The worker is closed.');
    expect(readdirSync(place.tmp)).toEqual([]);
    expect((await hall.dispatch(GREETING)).decision.deny_code).toBe('DENY_WORKER_HASH_UNAVAILABLE');
    expect((await run('workers list')).out).toContain('its server does not attest its code');
  }, 60_000);

  it('Goes on with what was hashed when the package changes, and says so; the next start is denied.', async () => {
    const place = ground();
    const first = await serve(place);
    const { hall } = await hallFor(place, first.ready.listening);
    appendFileSync(join(place.dir, 'hello/worker.mjs'), '\nthrow new Error("changed");\n');
    const { decision, result } = await hall.dispatch(GREETING);
    expect([decision.outcome, result?.result]).toEqual(['DISPATCH', { greeting: 'Hello, Ada!' }]);
    await hall.dispatch(GREETING);
    expect(first.out()).toContain('has changed since the start');
    await stop(first.child, 'SIGTERM');
    const { port } = new URL(first.ready.listening);
    const second = await serve(place, serving(place, port));
    expect(second.ready.code_hash).not.toBe(first.ready.code_hash);
    expect((await hall.dispatch(GREETING)).decision.deny_code).toBe('DENY_WORKER_TAMPERED');
  }, 60_000);

  it('A Hall that was not told to ask for it does not.', async () => {
    const place = ground();
    const { ready } = await serve(place);
    const { hall } = await hallFor(place, ready.listening, false);
    expect((await hall.dispatch(GREETING)).decision.deny_code).toBe('DENY_WORKER_HASH_UNAVAILABLE');
  }, 60_000);

  it('Serves nothing where the worker could reach the key of its authority.', async () => {
    const place = ground();
    cpSync(join(place.dir, 'keys/org.pem'), join(place.dir, 'hello/org.pem'));
    const args = serving(place).map((each) => (each === 'keys/org.pem' ? 'hello/org.pem' : each));
    const { code, out } = await wcpProcess(args, { cwd: place.dir, env: { PATH, TMPDIR: place.tmp } });
    expect([code, out]).toEqual([2, expect.stringContaining('KEY_IN_REACH')]);
    expect(readdirSync(place.tmp)).toEqual([]);
  }, 60_000);
});

describe('wcp worker serve that cannot start', () => {
  const cases: readonly (readonly [title: string, code: string, change: (args: string[]) => string[]])[] = [
    ['without --sandbox', 'USAGE', (args) => args.filter((each) => each !== '--sandbox')],
    ['with a key of a Hall that is none', 'HALL_KEY_INVALID', (args) => [...args, '--hall-key', 'abc']],
    [
      'without a program',
      'PROGRAM_MISSING',
      (args) => args.filter((each) => !/^(--program|worker\.mjs)$/.test(each)),
    ],
    [
      'with a program that is not there',
      'WORKER_MISSING',
      (args) => args.map((each) => (each === 'worker.mjs' ? 'other.mjs' : each)),
    ],
    ['with settings that are not there', 'NOT_JSON', (args) => [...args, '--settings', 'none.json']],
  ];

  it.each(cases)(
    'Says so and serves nothing: %s.',
    async (_, code, change) => {
      const place = ground();
      const ran = await wcpProcess(change(serving(place)), {
        cwd: place.dir,
        env: { PATH, TMPDIR: place.tmp },
      });
      expect([ran.code, ran.out + ran.err]).toEqual([2, expect.stringContaining(code)]);
      expect(readdirSync(place.tmp)).toEqual([]);
    },
    60_000,
  );

  it('Where the machine cannot contain it, it says what to install.', async () => {
    const place = ground();
    // Without a PATH there is no bubblewrap.
    const ran = await wcpProcess(serving(place), { cwd: place.dir, env: { TMPDIR: place.tmp } });
    expect([ran.code, ran.out]).toEqual([2, expect.stringContaining('NOT_CONTAINED')]);
    expect(ran.out).toContain('bubblewrap');
  }, 60_000);
});

function contextOf(decision: object) {
  const { policy_version, decision_id } = decision as Record<string, string>;
  const { env, data_label, qos_class, tenant_id, correlation_id, capability_id } = GREETING;
  const same = { env, data_label, qos_class, tenant_id, correlation_id, capability_id };
  return { ...same, policy_version, decision_id, worker_id: HELLO, deadline: null };
}

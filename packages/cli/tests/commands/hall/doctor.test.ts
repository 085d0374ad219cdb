import { execFile, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { openDeployment } from '@wcp/hall';
import { beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../../support/server-process.ts';
import { PROGRAM, scratch, wcp, wcpProcess } from '../../support/support.ts';

interface Check {
  readonly name: string;
  readonly subject: string | null;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly message: string;
  readonly remedy: string | null;
}

/** A Hall with one receipt that was stopped in order; each test has a copy. */
let sound: string;
beforeAll(async () => {
  sound = join(scratch(), 'hall');
  const { hall, close } = await openDeployment(sound, { listens: false });
  await hall.dispatch({});
  await close();
  edit(sound, 'server.json', (server) => ({ ...server, port: 0 }));
});

function copyOfSound(): string {
  const dir = join(scratch(), 'hall');
  spawnSync('cp', ['-a', sound, dir]);
  return dir;
}

// biome-ignore lint/suspicious/noExplicitAny: a test changes whatever member it is about.
type Document = any;

function edit(dir: string, name: string, change: (document: Document) => unknown): void {
  const file = join(dir, name);
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8'))), null, 2));
}

const RECORD = 'workers/hello/registry_record.json';

function giveEnvelope(dir: string, members: object): void {
  edit(dir, RECORD, ({ artifact_hash: _, privilege_envelope, ...record }) => ({
    ...record,
    privilege_envelope: { ...privilege_envelope, ...members },
  }));
}

/** What the doctor finds, at the clock of this machine unless a test says otherwise. */
async function examine(dir: string, { now = () => new Date().toISOString() } = {}): Promise<Check[]> {
  const { out } = await wcp(['doctor', dir, '--json'], { now });
  return JSON.parse(out).checks;
}

const isWrong = ({ status }: Check) => status !== 'ok';

interface World {
  readonly dir: string;
  /** A folder that comes first on the PATH of the shell. */
  readonly programs: string;
}

interface Fault {
  readonly title: string;
  /** Which check finds it. */
  readonly name: string;
  readonly status: 'warn' | 'fail';
  plant(world: World): void | Promise<void>;
  /** What somebody types or writes where the remedy asks for it: standard input, or the work of an editor. */
  readonly typed?: string;
  readonly writes?: string;
}

/** The text of a program that an editor is replaced with: it changes the document as the message says. */
const editing = (change: string) => `
  const fs = require('node:fs');
  const file = process.argv[2];
  const document = JSON.parse(fs.readFileSync(file, 'utf8'));
  ${change}
  fs.writeFileSync(file, JSON.stringify(document));`;

let listener: Server | null = null;

const FAULTS: readonly Fault[] = [
  {
    title: 'a folder that others can look into',
    name: 'permissions',
    status: 'warn',
    plant: ({ dir }) => chmodSync(dir, 0o755),
  },
  {
    title: 'a signing key that others can read',
    name: 'permissions',
    status: 'fail',
    plant: ({ dir }) => chmodSync(join(dir, 'keys/hall-key.pem'), 0o644),
  },
  {
    title: 'a store that others can read',
    name: 'permissions',
    status: 'warn',
    plant: ({ dir }) => chmodSync(join(dir, 'store.db'), 0o640),
  },
  {
    title: 'rules that are no JSON',
    name: 'rules',
    status: 'fail',
    plant: ({ dir }) => writeFileSync(join(dir, 'rules.json'), '{ "rules": [ }'),
    writes: `require('node:fs').writeFileSync(process.argv[2], '{"rules": []}');`,
  },
  {
    title: 'a configuration with a value that does not exist',
    name: 'configuration',
    status: 'fail',
    plant: ({ dir }) => edit(dir, 'hall.json', (config) => ({ ...config, profile: 'prof.none' })),
    writes: editing('delete document.profile;'),
  },
  {
    title: 'attestation that is off',
    name: 'attestation',
    status: 'warn',
    plant: ({ dir }) =>
      edit(dir, 'hall.json', (config) => ({ ...config, require_worker_attestation: false })),
    writes: editing('document.require_worker_attestation = true;'),
  },
  {
    title: 'a member of server.json that does not exist',
    name: 'settings',
    status: 'fail',
    plant: ({ dir }) => edit(dir, 'server.json', (server) => ({ ...server, hots: '127.0.0.1' })),
    writes: editing('delete document.hots;'),
  },
  {
    title: 'a worker that is not built',
    name: 'settings',
    status: 'fail',
    plant({ dir }) {
      const worker = join(dir, 'workers/hello');
      rmSync(join(worker, 'worker.mjs'));
      const build = "node -e \"require('node:fs').writeFileSync('worker.mjs', '')\"";
      writeFileSync(join(worker, 'package.json'), JSON.stringify({ scripts: { build } }));
    },
  },
  {
    title: 'a port that another program has',
    name: 'port',
    status: 'fail',
    async plant({ dir }) {
      listener = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => listener?.once('listening', resolve));
      const { port } = listener.address() as { port: number };
      edit(dir, 'server.json', (server) => ({ ...server, port }));
    },
    writes: editing('document.port = 0;'),
  },
  {
    title: 'a write path that does not exist',
    name: 'worker',
    status: 'fail',
    plant: ({ dir }) => giveEnvelope(dir, { filesystem_writes: [join(dirname(dir), "the worker's out")] }),
  },
  {
    title: 'a write path that is a file',
    name: 'worker',
    status: 'fail',
    plant: ({ dir }) => giveEnvelope(dir, { filesystem_writes: [join(dir, 'server.json')] }),
    writes: editing('document.privilege_envelope.filesystem_writes = [];'),
  },
  {
    title: 'an allowlist with a URL in it',
    name: 'worker',
    status: 'fail',
    plant: ({ dir }) =>
      giveEnvelope(dir, { network_egress: 'allowlisted', egress_allowlist: ['https://api.acme.example/'] }),
    writes: editing(`document.privilege_envelope.egress_allowlist = ['api.acme.example:443'];`),
  },
  {
    title: 'a secret that an envelope lists and nobody has configured',
    name: 'worker',
    status: 'warn',
    plant({ dir }) {
      giveEnvelope(dir, { secrets_access: ['API_TOKEN'] });
      mkdirSync(join(dir, 'secrets'), { mode: 0o700 });
      writeFileSync(join(dir, 'secrets/API_TOKEN'), 'a value', { mode: 0o600 });
    },
    writes: editing(`document.secrets = { API_TOKEN: { file: 'secrets/API_TOKEN' } };`),
  },
  {
    title: 'a secret whose file is not there',
    name: 'worker',
    status: 'fail',
    plant({ dir }) {
      giveEnvelope(dir, { secrets_access: ['API_TOKEN'] });
      const secrets = { API_TOKEN: { file: 'secrets/api-token' } };
      edit(dir, 'server.json', (server) => ({ ...server, secrets }));
    },
    typed: 'the value\n',
  },
  {
    title: 'a secret that others can read',
    name: 'worker',
    status: 'fail',
    plant({ dir }) {
      giveEnvelope(dir, { secrets_access: ['API_TOKEN'] });
      writeFileSync(join(dir, 'api-token'), 'the value', { mode: 0o644 });
      edit(dir, 'server.json', (server) => ({ ...server, secrets: { API_TOKEN: { file: 'api-token' } } }));
    },
  },
];

/** Types a command into a shell. */
function type(
  command: string,
  { dir, programs }: World,
  typed = '',
): Promise<{ code: unknown; err: string }> {
  const env = {
    PATH: [programs, dirname(process.execPath), process.env['PATH']].join(delimiter),
    HOME: dir,
    EDITOR: join(programs, 'editor'),
  };
  return new Promise((resolve) => {
    const child = execFile('bash', ['-c', command], { env }, (error, _, err) =>
      resolve({ code: error?.code ?? 0, err }),
    );
    // A command that asks for nothing may have ended by then.
    child.stdin?.on('error', () => {});
    child.stdin?.end(typed);
  });
}

function programsWith(programs: Readonly<Record<string, string>>): string {
  const folder = scratch();
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, name), text, { mode: 0o755 });
  }
  return folder;
}

describe('the command doctor', () => {
  it('Nothing is wrong with a Hall that was just made, and every check says what it looked at.', async () => {
    const dir = copyOfSound();
    const before = readdirSync(dir).sort();
    const { code, out } = await wcp(['doctor', dir, '--json'], { now: () => new Date().toISOString() });
    const { status, checks } = JSON.parse(out);
    const others = checks.filter((each: Check) => !['sandbox', 'limits', 'user'].includes(each.name));
    expect(others.filter(isWrong)).toEqual([]);
    expect(code).toBe(status === 'fail' ? 1 : 0);
    expect(checks.map(({ name }: Check) => name).filter((name: string) => name !== 'limits')).toEqual([
      ...['node', 'sandbox', 'user', 'folder', 'disk', 'permissions', 'settings', 'rules', 'configuration'],
      ...['retention', 'attestation', 'key', 'store', 'clock', 'backup', 'port', 'worker'],
    ]);
    for (const check of checks) {
      expect(Object.keys(check).sort()).toEqual(['message', 'name', 'remedy', 'status', 'subject']);
    }
    expect(readdirSync(dir).sort()).toEqual(before);
  });

  it.each(FAULTS.map((fault) => [fault.title, fault] as const))(
    'It finds %s, and what it prints mends it.',
    async (_title, { name, status, plant, typed, writes = '' }) => {
      const programs = programsWith({ 'edit.cjs': writes });
      const editor = `#!/bin/sh\nexec node '${programs}/edit.cjs' "$@"\n`;
      writeFileSync(join(programs, 'editor'), editor, { mode: 0o755 });
      const world = { dir: copyOfSound(), programs };
      await plant(world);
      const found = (await examine(world.dir)).filter((each) => each.name === name).find(isWrong);
      expect(found).toMatchObject({ name, status, remedy: expect.any(String) });
      expect(await type(found?.remedy ?? '', world, typed)).toEqual({ code: 0, err: '' });
      const after = (await examine(world.dir)).filter((each) => each.name === name);
      listener?.close();
      expect(after.length).toBeGreaterThan(0);
      expect(after.filter(isWrong)).toEqual([]);
    },
  );

  it('Where bubblewrap is missing, what it prints installs it.', async () => {
    const bwrap = spawnSync('sh', ['-c', 'command -v bwrap']).stdout.toString().trim();
    if (bwrap === '') return;
    const found = scratch();
    // The user that a worker runs as must find it there too.
    chmodSync(found, 0o755);
    for (const name of ['prlimit', 'sh', 'ln', 'rm']) {
      const place = spawnSync('sh', ['-c', `command -v ${name}`])
        .stdout.toString()
        .trim();
      symlinkSync(place, join(found, name));
    }
    symlinkSync(process.execPath, join(found, 'node'));
    // In place of the real one, which would ask the network.
    const install = `#!/bin/sh\n[ "$1" = update ] || { [ "$1 $2" = 'install bubblewrap' ] && ln -sf ${bwrap} '${found}/bwrap'; }\n`;
    writeFileSync(join(found, 'apt-get'), install, { mode: 0o755 });
    writeFileSync(join(found, 'sudo'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
    const dir = copyOfSound();
    const run = async (): Promise<Check[]> =>
      JSON.parse((await wcpProcess(['doctor', dir, '--json'], { env: { PATH: found } })).out).checks;
    const before = (await run()).filter(isWrong);
    // The example's worker may run in stage, so that more than a warning is due.
    expect(before.map(({ name, status }) => `${name} ${status}`)).toEqual(
      expect.arrayContaining(['sandbox fail', 'worker fail']),
    );
    const { remedy } = before.find(({ name }) => name === 'sandbox') as Check;
    const typed = spawnSync('sh', ['-c', remedy ?? ''], { env: { PATH: found } });
    expect([typed.status, typed.stderr.toString()]).toEqual([0, '']);
    expect((await run()).filter(({ name }) => ['sandbox', 'worker'].includes(name)).filter(isWrong)).toEqual(
      [],
    );
  });

  it('Where a variable is not set, what it prints asks for it and hands it on.', async () => {
    const dir = copyOfSound();
    const env = { TOKEN: { from: 'WCP_TEST_TOKEN' } };
    edit(dir, 'server.json', ({ workers: [worker], ...server }) => ({
      ...server,
      workers: [{ ...worker, env }],
    }));
    const found = (await examine(dir)).find(isWrong);
    expect(found).toMatchObject({ name: 'settings', status: 'fail' });
    const command = `${found?.remedy} && node '${PROGRAM}' doctor '${dir}' --json`;
    const { stdout } = spawnSync('bash', ['-c', command], {
      input: 'the value\n',
      env: { PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) },
    });
    const settings = JSON.parse(stdout.toString()).checks.filter(({ name }: Check) => name === 'settings');
    expect(settings.filter(isWrong)).toEqual([]);
    expect(settings).toHaveLength(1);
  });

  it('A clock that is behind the evidence is found, and what it prints asks a time server.', async () => {
    const set = join(scratch(), 'set');
    const timedatectl = `#!/bin/sh\n[ "$*" = 'set-ntp true' ] && : > '${set}'\n`;
    const sudo = '#!/bin/sh\nexec "$@"\n';
    const world = { dir: copyOfSound(), programs: programsWith({ timedatectl, sudo }) };
    const now = () => new Date(Date.now() - (existsSync(set) ? 0 : 3_600_000)).toISOString();
    const found = (await examine(world.dir, { now })).find(isWrong);
    expect(found).toMatchObject({ name: 'clock', status: 'fail', message: expect.stringMatching(/behind/) });
    expect(await type(found?.remedy ?? '', world)).toEqual({ code: 0, err: '' });
    expect((await examine(world.dir, { now })).filter(isWrong)).toEqual([]);
  });

  it('A store that was changed, or whose key is gone, is found, and nothing is written.', async () => {
    const dir = copyOfSound();
    edit(dir, 'server.json', (server) => ({ ...server, origin: 'another.example/log' }));
    expect((await examine(dir)).filter(isWrong)).toMatchObject([{ name: 'store', status: 'fail' }]);
    rmSync(join(dir, 'keys/hall-key.pem'));
    expect((await examine(dir)).filter(isWrong)).toMatchObject([{ name: 'key', status: 'fail' }]);
    expect(existsSync(join(dir, 'keys/hall-key.pem'))).toBe(false);
  });

  it('A store that a killed Hall left is looked at in a copy, and one that is in use is left alone.', async () => {
    const dir = copyOfSound();
    const server = await startServer(dir);
    const storeOf = async () => (await examine(dir)).find(({ name }) => name === 'store');
    expect(await storeOf()).toMatchObject({ status: 'ok', message: expect.stringContaining('has it open') });
    server.child.kill('SIGKILL');
    await new Promise((resolve) => server.child.once('close', resolve));
    const files = () => readdirSync(dir).map((name) => `${name} ${statSync(join(dir, name)).mtimeMs}`);
    const before = files();
    expect(before.join()).toContain('store.db-wal');
    expect(await storeOf()).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('can be opened'),
    });
    expect(files()).toEqual(before);
  });

  it('A ban list that cannot be read is found.', async () => {
    const dir = copyOfSound();
    const list = { authority: 'org.acme', public_keys: ['a'.repeat(64)], file: 'list.json' };
    edit(dir, 'server.json', (server) => ({ ...server, ban_lists: [list] }));
    expect((await examine(dir)).filter(isWrong)).toMatchObject([
      { name: 'ban_list', subject: 'org.acme', status: 'fail' },
    ]);
  });

  it('A worker elsewhere that does not answer is found.', async () => {
    const dir = copyOfSound();
    const url = 'http://127.0.0.1:1/';
    const workers = [{ url, record: RECORD }];
    edit(dir, 'server.json', (server) => ({ ...server, workers }));
    expect((await examine(dir)).filter(isWrong)).toMatchObject([
      { name: 'worker', message: `Nothing answers at ${url}.` },
    ]);
  });

  it('A folder without a Hall is a warning, with the command that makes one; a file is wrong usage.', async () => {
    const dir = scratch();
    const { code, out } = await wcp(['doctor', dir], { now: () => new Date().toISOString() });
    expect(out).toMatch(/^warn {2}folder +There is no Hall in this folder yet\.\n {6}wcp serve \S+$/m);
    expect(code).toBe(0);
    const file = await wcp(['doctor', PROGRAM]);
    expect(file.err).toContain('This is a file, not a folder.');
    expect([file.code, file.out]).toEqual([2, '']);
  });

  it('What is wrong is printed above the command that mends it, which is never broken into lines.', async () => {
    const dir = copyOfSound();
    chmodSync(join(dir, 'keys/hall-key.pem'), 0o644);
    const { code, out } = await wcp(['doctor', dir], { now: () => new Date().toISOString() });
    expect(out).toContain(`\n      chmod go-rwx ${join(dir, 'keys/hall-key.pem')}\n`);
    expect(out).toMatch(/\n1 failure, \d+ warnings?\.\n$/);
    expect(code).toBe(1);
  });
});

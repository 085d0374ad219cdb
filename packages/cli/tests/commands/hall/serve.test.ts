import { type ChildProcess, execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { folderOf, scratch, start, wcp } from '../../support/support.ts';

const running: ChildProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((child) => ended(child, 'SIGKILL')));
});

/** A process of `wcp serve` that is ready, and what it has written. */
interface Served {
  readonly child: ChildProcess;
  readonly out: string;
  readonly err: () => string;
  readonly ready_ms: number;
}

/** Starts `wcp serve` on a free port and waits until it is ready. */
function serve(dir: string, ...more: string[]): Promise<Served> {
  const began = performance.now();
  const child = start(['serve', dir, '--port', '0', ...more]);
  running.push(child);
  let [out, err] = ['', ''];
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk;
  });
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
      if (!/Stop it with Ctrl-C|The Hall is ready/.test(out)) return;
      resolve({ child, out, err: () => err, ready_ms: performance.now() - began });
    });
    child.once('close', () => reject(new Error(`It ended: ${out}${err}`)));
  });
}

/** Sends a signal and gives the exit code. */
function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('close', (code) => resolve(code));
    child.kill(signal);
  });
}

/** What a process has taken of a processor, in milliseconds; 0 where the system does not tell. */
function cpuTime({ pid }: ChildProcess): number {
  if (process.platform !== 'linux') return 0;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const TICK_MS = 10;
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** What stands in the output below "Try it". */
function tryLineIn(out: string): string {
  const [, line] = /Try it:\n\n((?: {2}.*\n)+)/.exec(out) ?? [];
  return line ?? '';
}

/** Pastes a command line into a shell. */
const shell = (line: string, env: Record<string, string> = {}) =>
  promisify(execFile)('sh', ['-c', line], { env: { PATH: process.env['PATH'], ...env } });

describe('serve', () => {
  it('starts in an empty folder in under two seconds, prints keys once and a curl line that works', async () => {
    const served = await serve(scratch());
    // What it takes of a processor is the same on a machine that is busy with other tests.
    expect(cpuTime(served.child)).toBeLessThan(2000);
    if ((loadavg()[0] ?? 0) < availableParallelism()) expect(served.ready_ms).toBeLessThan(2000);
    expect(served.out.match(/wcp_[a-z0-9]{12}_[A-Za-z0-9_-]{43}/g)).toHaveLength(4);
    const { stdout } = await shell(tryLineIn(served.out));
    expect(JSON.parse(stdout).result.result).toEqual({ greeting: 'Hello, Ada!' });
    expect(served.err()).toBe('');
  });

  it('ends what runs on SIGTERM, and opens with the same keys and evidence again', async () => {
    const dir = scratch();
    const first = await serve(dir);
    const key = /tenant agent\.example +(wcp_\S+)/.exec(first.out)?.[1] as string;
    await shell(tryLineIn(first.out));
    expect(await ended(first.child, 'SIGTERM')).toBe(0);
    expect(first.err()).toContain('The Hall is closed.');
    const second = await serve(dir);
    expect(second.out).not.toMatch(/Made in|wcp_[a-z0-9]{12}_/);
    const { stdout } = await shell(tryLineIn(second.out), { WCP_HALL_KEY: key });
    expect(JSON.parse(stdout).receipt.seq).toBe(2);
    expect(await ended(second.child, 'SIGINT')).toBe(0);
  });

  it('writes its log as JSON lines with --json', async () => {
    const { child, out } = await serve(scratch(), '--json');
    const [ready] = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(ready).toMatchObject({
      level: 'info',
      message: 'The Hall is ready.',
      made: { keys: expect.any(Array) },
    });
    const { stdout } = await shell(ready.try);
    expect(stdout).toContain('Hello, Ada!');
    expect(await ended(child, 'SIGTERM')).toBe(0);
  });

  it('stays open without keys where it is told to, for dev alone', async () => {
    const { out } = await serve(scratch(), '--open');
    expect(out).toContain('everybody may ask, for env "dev" alone');
    expect((await shell(tryLineIn(out))).stdout).toContain('Hello, Ada!');
    const { stdout } = await shell(tryLineIn(out).replace('"env":"dev"', '"env":"prod"'));
    expect(stdout).toContain('OPEN_HALL_DEV_ONLY');
  });

  it('refuses a folder that another Hall has, and a port that is taken, in a sentence each', async () => {
    const dir = scratch();
    await serve(dir);
    const locked = await wcp(['serve', dir, '--port', '0']);
    expect(locked.err).toMatch(/store\.db: error STORE_UNUSABLE: The store is in use by another process\./);
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const fresh = scratch();
    const taken = await wcp(['serve', fresh, '--port', String(port)]);
    server.close();
    expect(taken.err).toBe(
      `error: Port ${port} of 127.0.0.1 is in use by another program. Stop it, or choose another port.\n`,
    );
    expect([locked, taken]).toMatchObject([{ code: 2, out: '' }, { code: 2 }]);
    // The keys that it had made by then are told: they are never shown again.
    expect(taken.out.match(/wcp_[a-z0-9]{12}_[A-Za-z0-9_-]{43}/g)).toHaveLength(3);
  });

  it('refuses to be open to other machines', async () => {
    const args = ['serve', scratch(), '--port', '0', '--open', '--host', '0.0.0.0'];
    const { code, out, err } = await wcp(args);
    expect(err).toContain('Without an API key, everybody who can reach 0.0.0.0 could use the Hall.');
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('refuses with every mistake of server.json and of the records at its place, and starts nothing', async () => {
    const cwd = folderOf({
      'server.json': '{\n  "port": 70000,\n  "hots": "127.0.0.1",\n  "workers": [{ "dir": "hello" }]\n}\n',
    });
    const mistakes = await wcp(['serve', cwd]);
    expect(mistakes.err.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/\/server\.json:2:11: \/port error INVALID_VALUE: port is a number/),
      expect.stringMatching(/\/server\.json:3:3: \/hots error UNKNOWN_MEMBER: /),
      expect.stringMatching(/\/server\.json:4:15: \/workers\/0 error INVALID_VALUE: A worker is /),
      '3 errors. Nothing was done.',
    ]);
    writeFileSync(join(cwd, 'server.json'), '{ "port": 1, }');
    const broken = await wcp(['serve', cwd]);
    expect(broken.err).toMatch(/server\.json:1:14: error NOT_JSON/);
    mkdirSync(join(cwd, 'hello'));
    writeFileSync(join(cwd, 'hello/registry_record.json'), '{\n  "worker_id": "hello"\n}');
    writeFileSync(join(cwd, 'hello/worker.mjs'), '');
    writeFileSync(join(cwd, 'server.json'), '{ "workers": [{ "dir": "hello", "program": "worker.mjs" }] }');
    const record = await wcp(['serve', cwd]);
    expect(record.err).toMatch(/hello\/registry_record\.json:2:16: \/worker_id error INVALID_VALUE/);
    expect([mistakes.code, broken.code, record.code]).toEqual([2, 2, 2]);
    expect(readdirSync(cwd).sort()).toEqual(['hello', 'server.json']);
  });

  it('refuses a damaged store, and changes nothing', async () => {
    const dir = scratch();
    await ended((await serve(dir)).child, 'SIGTERM');
    truncateSync(join(dir, 'store.db'), 5000);
    const before = readFileSync(join(dir, 'store.db'));
    const { code, err } = await wcp(['serve', dir, '--port', '0']);
    expect(err).toMatch(/store\.db: error STORE_UNUSABLE: .*damaged.*\n$/);
    expect(code).toBe(2);
    expect(readFileSync(join(dir, 'store.db')).equals(before)).toBe(true);
  });

  it('refuses a name that is no folder', async () => {
    const file = await wcp(['serve', join(folderOf({ file: '' }), 'file')]);
    expect(file.err).toMatch(/file: error UNUSABLE: /);
    expect(file.code).toBe(2);
  });

  // Whoever runs the tests as root may write everywhere: somebody else is asked to try, who must be able to
  // reach this repository.
  const isRoot = process.getuid?.() === 0;
  const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {};
  const isReachable = spawnSync(process.execPath, ['--version'], { cwd: '/', ...nobody }).status === 0;

  it.runIf(isReachable)('refuses a folder that it may not write', () => {
    const dir = folderOf({ file: '' });
    chmodSync(dir, 0o555);
    const program = join(import.meta.dirname, '../../../src/main.ts');
    const { status, stderr } = spawnSync(process.execPath, [program, 'serve', dir, '--port', '0'], {
      encoding: 'utf8',
      cwd: '/',
      ...nobody,
    });
    chmodSync(dir, 0o755);
    expect(stderr).toMatch(/error UNUSABLE: Permission denied/);
    expect(status).toBe(2);
  });

  it('refuses a port that is none', async () => {
    const { code, err } = await wcp(['serve', scratch(), '--port', '70000']);
    expect(err).toBe('error: --port is a number from 0 to 65535.\n');
    expect(code).toBe(2);
  });
});

it('no command but serve loads the server', () => {
  const src = join(import.meta.dirname, '../../../src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const loading = files.filter((name) =>
    /^import (?!type )[^;]*'@wcp\/hall'/m.test(readFileSync(join(src, name), 'utf8')),
  );
  expect(loading).toEqual([]);
});

describe('npm start', () => {
  it('makes a folder with both example workers, whose curl line works at every start', async () => {
    const dir = scratch();
    const make = join(import.meta.dirname, '../../../../../tooling/src/start/start.ts');
    for (const keys of [3, 1]) {
      expect(spawnSync(process.execPath, [make, dir]).status).toBe(0);
      const { child, out } = await serve(dir, '--trial-key', '--json');
      const ready = JSON.parse(out.trimEnd().split('\n').at(-1) as string);
      expect(ready.made.keys).toHaveLength(keys);
      expect((await shell(ready.try)).stdout).toContain('Hello, Ada!');
      const summarize = ready.try
        .replace('cap.hello.greet', 'cap.doc.summarize')
        .replace('{"name":"Ada"}', '{"text":"The sea is deep and cold. Ships cross it every day."}');
      const { result } = JSON.parse((await shell(summarize)).stdout);
      expect(result.status).toBe('ok');
      expect(await ended(child, 'SIGTERM')).toBe(0);
    }
  });

  it('ends in a process of Node itself, so that a signal reaches it', () => {
    const root = join(import.meta.dirname, '../../../../..');
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(scripts.start).toMatch(/&& exec node \S+ serve \.wcp-hall --trial-key$/);
    expect(scripts.prestart).toBe('node scripts/bootstrap.mjs --build');
  });
});

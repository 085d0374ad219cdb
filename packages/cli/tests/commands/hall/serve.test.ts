import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ended, READY, startServer } from '../../support/server-process.ts';
import { deferred, folderOf, type Ran, REAL_CLOCK, scratch, wcp } from '../../support/support.ts';

/** Runs `wcp serve` in this process for as long as a test uses it. */
async function whileServing(args: readonly string[], use: (out: string) => Promise<void>): Promise<Ran> {
  const { promise: untilStopped, resolve: stop } = deferred();
  const { promise: ready, resolve: getReady } = deferred<string>();
  const onOutput = (out: string) => {
    if (READY.test(out)) getReady(out);
  };
  const serving = wcp(['serve', ...args, '--port', '0'], { ...REAL_CLOCK, untilStopped, onOutput });
  const failed = serving.then(({ out, err }) => Promise.reject(new Error(`It ended: ${out}${err}`)));
  try {
    await use(await Promise.race([ready, failed]));
  } finally {
    failed.catch(() => {});
    stop();
  }
  return serving;
}

/** The command line below "Try it" in the output. */
function tryLineIn(out: string): string {
  const [, line] = /Try it:\n\n((?: {2}.*\n)+)/.exec(out) ?? [];
  return line ?? '';
}

/** What a server wrote to its log, but for what it says where bubblewrap is not on its PATH. */
function complaintsOf(err: string): string[] {
  return err.split('\n').filter((line) => line !== '' && !line.includes('cannot hold it to its envelope'));
}

/** Pastes a command line into a shell. */
const shell = (line: string, env: Record<string, string> = {}) =>
  promisify(execFile)('sh', ['-c', line], { env: { PATH: process.env['PATH'], ...env } });

describe('serve', () => {
  it('The command serve starts in an empty folder and prints keys once and a curl line that works.', async () => {
    const server = await startServer(scratch());
    expect(server.out.match(/wcp_[a-z0-9]{12}_[A-Za-z0-9_-]{43}/g)).toHaveLength(4);
    const { stdout } = await shell(tryLineIn(server.out));
    expect(JSON.parse(stdout).result.result).toEqual({ greeting: 'Hello, Ada!' });
    expect(complaintsOf(server.err())).toEqual([]);
  });
});

describe.concurrent('serve', () => {
  it('A signal that opens the debugger of Node opens none: the Hall goes on, and says nothing.', async () => {
    const server = await startServer(scratch());
    server.child.kill('SIGUSR1');
    const { stdout } = await shell(tryLineIn(server.out));
    expect(JSON.parse(stdout).result.result).toEqual({ greeting: 'Hello, Ada!' });
    expect(complaintsOf(server.err())).toEqual([]);
  });

  it('The server stops on SIGTERM, and starts again with the same keys and evidence.', async () => {
    const dir = scratch();
    const first = await startServer(dir);
    const key = /tenant agent\.example +(wcp_\S+)/.exec(first.out)?.[1] as string;
    await shell(tryLineIn(first.out));
    expect(await ended(first.child, 'SIGTERM')).toBe(0);
    expect(first.err()).toContain('The Hall is closed.');
    const second = await startServer(dir);
    expect(second.out).not.toMatch(/Created in|wcp_[a-z0-9]{12}_/);
    const { stdout } = await shell(tryLineIn(second.out), { WCP_HALL_KEY: key });
    expect(JSON.parse(stdout).receipt.seq).toBe(2);
    expect(await ended(second.child, 'SIGINT')).toBe(0);
  });

  it.runIf(process.getuid?.() === 0)(
    'A Hall that runs as root says that workers run as users of their own.',
    async () => {
      const sentence = 'The Hall runs as root. Each contained worker runs as a user of its own';
      await whileServing([scratch()], async (out) => expect(out).toContain(sentence));
      const { out } = await whileServing([scratch(), '--json'], async () => {});
      expect(out).toContain(sentence);
    },
  );

  it.runIf(process.platform === 'linux')(
    'A Hall that crashes leaves no core dump with its keys.',
    async () => {
      const server = await startServer(scratch(), { PATH: process.env['PATH'] ?? '' });
      const limits = readFileSync(`/proc/${server.child.pid}/limits`, 'utf8');
      expect(limits).toMatch(/^Max core file size +[01] +[01] /m);
    },
  );

  it('server.json chooses the form and the least level of the log, the option goes before it, and keys are never left out.', async () => {
    const dir = scratch();
    writeFileSync(join(dir, 'server.json'), JSON.stringify({ log: { format: 'json', level: 'error' } }));
    const first = await whileServing([dir], async () => {});
    const [ready, ...more] = first.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(ready).toMatchObject({ level: 'info', message: 'The Hall is ready.' });
    expect(ready.made.keys.length).toBeGreaterThan(2);
    expect([more, first.err]).toEqual([[], '']);
    const text = await whileServing([dir, '--log-format', 'text'], async () => {});
    expect(text.out).toContain('The Hall is at');
  });

  it('With log.requests each request is a line with its id, its route and its status, and nothing of its body.', async () => {
    const dir = scratch();
    writeFileSync(join(dir, 'server.json'), JSON.stringify({ log: { requests: true } }));
    const { out } = await whileServing([dir, '--log-format', 'json', '--trial-key'], async (first) => {
      const { url, made } = JSON.parse(first.trim().split('\n')[0] as string);
      const [{ key }] = made.keys.filter(({ role }: { role: string }) => role === 'tenant');
      const headers = {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'x-request-id': 'r-1',
      };
      const body = JSON.stringify({ note: 'needle' });
      await fetch(`${url}/wcp/route`, { method: 'POST', headers, body });
      await fetch(`${url}/wcp/decisions/needle-in-the-path`);
    });
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.find(({ request_id }) => request_id === 'r-1')).toMatchObject({
      level: 'info',
      method: 'POST',
      route: '/wcp/route',
      status: 200,
    });
    expect(lines.find(({ route }) => route === '/wcp/decisions/:decision_id')).toMatchObject({ status: 401 });
    expect(out).not.toContain('needle');
  });

  it('The server writes its log as JSON lines with --json.', async () => {
    const { code, out } = await whileServing([scratch(), '--json'], async (first) => {
      const ready = JSON.parse(first.trimEnd());
      expect(ready).toMatchObject({
        level: 'info',
        message: 'The Hall is ready.',
        made: { keys: expect.any(Array) },
      });
      expect((await shell(ready.try)).stdout).toContain('Hello, Ada!');
    });
    const lines = out.trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) as string)).toMatchObject({ message: 'The Hall is closed.' });
    expect(code).toBe(0);
  });

  it('The server runs without keys when told to, for dev only.', async () => {
    await whileServing([scratch(), '--open'], async (out) => {
      expect(out).toContain('anyone may send requests, for env "dev" only');
      expect((await shell(tryLineIn(out))).stdout).toContain('Hello, Ada!');
      const { stdout } = await shell(tryLineIn(out).replace('"env":"dev"', '"env":"prod"'));
      expect(stdout).toContain('OPEN_HALL_DEV_ONLY');
    });
  });

  it('A folder that another Hall uses is refused in one sentence.', async () => {
    const dir = scratch();
    await startServer(dir);
    const { code, out, err } = await wcp(['serve', dir, '--port', '0']);
    expect(err).toMatch(/store\.db: error STORE_UNUSABLE: The store is in use by another process\./);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('A port that is in use is refused in one sentence, and the keys that had been created are shown.', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const { code, out, err } = await wcp(['serve', scratch(), '--port', String(port)], REAL_CLOCK);
    server.close();
    expect(err).toBe(
      `error: Port ${port} of 127.0.0.1 is in use by another program. Stop it, or choose another port.\n`,
    );
    expect(code).toBe(2);
    // They are never shown again.
    expect(out.match(/wcp_[a-z0-9]{12}_[A-Za-z0-9_-]{43}/g)).toHaveLength(3);
  });

  it('Serving other machines without keys is refused.', async () => {
    const args = ['serve', scratch(), '--port', '0', '--open', '--host', '0.0.0.0'];
    const { code, out, err } = await wcp(args);
    expect(err).toContain('Without an API key, everybody who can reach 0.0.0.0 could use the Hall.');
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('Every mistake in server.json and in the records is reported at its place, and nothing is started.', async () => {
    const cwd = folderOf({
      'server.json': '{\n  "port": 70000,\n  "hots": "127.0.0.1",\n  "workers": [{ "dir": "hello" }]\n}\n',
    });
    const mistakes = await wcp(['serve', cwd]);
    expect(mistakes.err.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/\/server\.json:2:11: \/port error INVALID_VALUE: port must be a number/),
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

  it('A damaged store is refused, and nothing is changed.', async () => {
    const dir = scratch();
    await whileServing([dir], async () => {});
    truncateSync(join(dir, 'store.db'), 5000);
    const before = readFileSync(join(dir, 'store.db'));
    const { code, err } = await wcp(['serve', dir, '--port', '0']);
    expect(err).toMatch(/store\.db: error STORE_UNUSABLE: .*damaged.*\n$/);
    expect(code).toBe(2);
    expect(readFileSync(join(dir, 'store.db')).equals(before)).toBe(true);
  });

  it('A name that is not a folder is refused.', async () => {
    const file = await wcp(['serve', join(folderOf({ file: '' }), 'file')]);
    expect(file.err).toMatch(/file: error UNUSABLE: /);
    expect(file.code).toBe(2);
  });

  // Root can write everywhere, so the test then runs the command as another user, who must be able to
  // reach this repository.
  const isRoot = process.getuid?.() === 0;
  const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {};
  const isReachable = spawnSync(process.execPath, ['--version'], { cwd: '/', ...nobody }).status === 0;

  it.runIf(isReachable)('A folder that cannot be written to is refused.', async () => {
    const dir = folderOf({ file: '' });
    chmodSync(dir, 0o555);
    const program = join(import.meta.dirname, '../../../src/main.ts');
    const args = [program, 'serve', dir, '--port', '0'];
    const failure = await promisify(execFile)(process.execPath, args, { cwd: '/', ...nobody }).then(
      () => null,
      (error: { code: number; stderr: string }) => error,
    );
    chmodSync(dir, 0o755);
    expect(failure?.stderr).toMatch(/error UNUSABLE: Permission denied\. Give the Hall access/);
    expect(failure?.code).toBe(2);
  });

  it('A port that is out of range is refused.', async () => {
    const { code, err } = await wcp(['serve', scratch(), '--port', '70000']);
    expect(err).toBe('error: --port takes a number from 0 to 65535.\n');
    expect(code).toBe(2);
  });
});

it('No command except serve loads the server.', () => {
  const src = join(import.meta.dirname, '../../../src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const loading = files.filter((name) =>
    /^import (?!type )[^;]*'@wcp\/hall'/m.test(readFileSync(join(src, name), 'utf8')),
  );
  expect(loading).toEqual([]);
});

describe.concurrent('npm start', () => {
  it('The start script sets up a folder with both example workers, and prints a curl line that works at every start.', async () => {
    const dir = scratch();
    const make = join(import.meta.dirname, '../../../../../tooling/src/start/start.ts');
    for (const keys of [3, 1]) {
      await promisify(execFile)(process.execPath, [make, dir]);
      await whileServing([dir, '--trial-key', '--json'], async (out) => {
        const ready = JSON.parse(out.trimEnd().split('\n').at(-1) as string);
        expect(ready.made.keys).toHaveLength(keys);
        expect((await shell(ready.try)).stdout).toContain('Hello, Ada!');
        const summarize = ready.try
          .replace('cap.hello.greet', 'cap.doc.summarize')
          .replace('{"name":"Ada"}', '{"text":"The sea is deep and cold. Ships cross it every day."}');
        const { result } = JSON.parse((await shell(summarize)).stdout);
        expect(result.status).toBe('ok');
      });
    }
  });

  it('The start script becomes the Node process itself, so that signals reach it.', () => {
    const root = join(import.meta.dirname, '../../../../..');
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(scripts.start).toMatch(/&& exec node packages\/cli\/bin\/wcp\.mjs serve \.wcp-hall --trial-key$/);
    expect(scripts.prestart).toBe('node scripts/bootstrap.mjs --build');
  });
});

import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Host, type HostRequest } from '../support/host.ts';
import { USERS } from '../support/users.ts';

const CLOSED = { network_egress: 'none' } as const;
const SHOW = `
  import fs from 'node:fs';
  const of = (run) => { try { return run() ?? 'done'; } catch (error) { return error.code ?? error.message; } };
  const show = (value) => console.log(JSON.stringify(value));
`;

describe.each(USERS)('$title', ({ user }) => {
  let host: Host;
  const folder = mkdtempSync(join(tmpdir(), 'wcp-contained-'));
  beforeAll(() => {
    host = new Host(user === undefined ? {} : { user });
  });
  afterAll(async () => {
    await host.close();
    rmSync(folder, { recursive: true });
  });

  const run = (request: Partial<HostRequest> & Pick<HostRequest, 'files'>) =>
    host.run({ command: ['node', 'main.mjs'], envelope: CLOSED, ...request });
  const node = async (code: string, request: Partial<HostRequest> = {}) => {
    const { stdout, stderr } = await run({ files: { 'main.mjs': SHOW + code }, ...request });
    expect(stderr).toBe('');
    return stdout
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  };

  test('a program runs as nobody in particular, with its own environment and no other', async () => {
    const [ids, env] = await node(
      `show([process.pid, process.getuid(), process.getgid(), process.cwd(), process.execPath]);
       show(process.env);`,
      { env: { GREETING: 'hello' } },
    );
    expect(ids).toEqual([2, 1000, 1000, '/worker', '/opt/node']);
    expect(env).toEqual({
      GREETING: 'hello',
      HOME: '/tmp',
      LANG: 'C.UTF-8',
      PATH: '/opt',
      PWD: '/worker',
      PYTHONDONTWRITEBYTECODE: '1',
      TMPDIR: '/tmp',
    });
  });

  test('nothing of the host is there but the runtime, and nothing of it can be written', async () => {
    const [root, ...denied] = await node(
      `show(fs.readdirSync('/').sort());
       for (const path of ['/x', '/worker/x', '/worker/main.mjs', '/etc/passwd', '/opt/node', '/dev/x', '/lib/x'])
         show([path, of(() => fs.writeFileSync(path, ''))]);
       for (const path of ['/etc/shadow', '/root', '/home', '/usr/bin', '/sys', '/var', '/bin/sh', '/dev/sda', '/dev/mem'])
         show([path, of(() => fs.readdirSync(path))]);`,
      { command: ['node', '--no-permission', 'main.mjs'] },
    );
    expect(root).toEqual(expect.arrayContaining(['dev', 'etc', 'opt', 'proc', 'tmp', 'worker']));
    expect(root).not.toEqual(expect.arrayContaining(['root']));
    const codes = Object.fromEntries(denied);
    for (const path of ['/x', '/worker/x', '/worker/main.mjs', '/etc/passwd', '/dev/x'])
      expect(codes[path]).toBe('EROFS');
    expect(codes['/opt/node']).toMatch(/EROFS|EACCES|ETXTBSY/);
    for (const path of ['/root', '/home', '/usr/bin', '/sys', '/var', '/bin/sh', '/dev/sda', '/dev/mem']) {
      expect([path, codes[path]]).toEqual([path, 'ENOENT']);
    }
  });

  test('Node itself refuses what the command does not ask for', async () => {
    const [...codes] = await node(
      `const code = (promise) => promise.then(() => 'there', (error) => error.code);
       const { Worker } = await import('node:worker_threads');
       show(await code(import('node:sqlite')));
       show(of(() => { new Worker('1', { eval: true }); }));
       show(of(() => { fs.writeFileSync('/worker/x', ''); }));
       fs.writeFileSync('/tmp/evil.mjs', '');
       show(await import('/tmp/evil.mjs').catch((error) => error.message));`,
    );
    expect(codes).toEqual([
      'ERR_UNKNOWN_BUILTIN_MODULE',
      'ERR_ACCESS_DENIED',
      'ERR_ACCESS_DENIED',
      'The worker loads code from outside of its package: /tmp/evil.mjs',
    ]);
  });

  test('a Node program that names its use of a thing gets it', async () => {
    const [sqlite, worker] = await node(
      `const { DatabaseSync } = await import('node:sqlite');
       show(new DatabaseSync(':memory:').prepare('select 1 + 1 as two').get());
       const { Worker } = await import('node:worker_threads');
       show(of(() => { new Worker('1', { eval: true }); }));`,
      { command: ['node', '--no-warnings', '--experimental-sqlite', '--allow-worker', 'main.mjs'] },
    );
    expect(sqlite).toEqual({ two: 2 });
    expect(worker).toBe('done');
  });

  test('a private /tmp and /dev/shm hold as much as the limit says', async () => {
    const codes = await node(
      `for (const folder of ['/tmp', '/dev/shm']) {
         show(of(() => fs.writeFileSync(folder + '/fits', Buffer.alloc(900_000))));
         show(of(() => fs.writeFileSync(folder + '/more', Buffer.alloc(900_000))));
       }`,
      { limits: { disk_bytes: 1_048_576 } },
    );
    expect(codes).toEqual(['done', 'ENOSPC', 'done', 'ENOSPC']);
  });

  test('a write path is the one folder of the host that can be written', async () => {
    const place = join(folder, 'out');
    mkdirSync(place);
    const owner = user ?? { uid: 60_000, gid: 60_000 };
    if (process.getuid?.() === 0) for (const path of [folder, place]) chownSync(path, owner.uid, owner.gid);
    const [there, beside] = await node(
      `show(of(() => fs.writeFileSync('${place}/file', 'written')));
       show(of(() => fs.writeFileSync('${folder}/beside', '')));`,
      {
        command: ['node', '--no-permission', 'main.mjs'],
        envelope: { ...CLOSED, filesystem_writes: [place] },
        ...(user === undefined ? { user: owner } : {}),
      },
    );
    // What is beside it is in the private /tmp.
    expect([there, beside]).toEqual(['done', 'done']);
    expect(readFileSync(join(place, 'file'), 'utf8')).toBe('written');
    expect(existsSync(join(folder, 'beside'))).toBe(false);
  });

  test('what cannot be a write path is refused before anything starts', async () => {
    const link = join(folder, 'link');
    symlinkSync('/etc', link);
    writeFileSync(join(folder, 'plain'), '');
    const paths = [
      '/',
      'relative',
      '/tmp/../etc',
      '/proc/self',
      '/sys',
      '/dev',
      '/worker',
      '/lib',
      link,
      join(link, 'ssl'),
    ];
    for (const path of [...paths, join(folder, 'plain'), join(folder, 'missing'), '$VARIABLE']) {
      const envelope = { ...CLOSED, filesystem_writes: [path] };
      await expect(run({ files: { 'main.mjs': '' }, envelope }), path).rejects.toMatchObject({
        code: 'ERR_WCP_SANDBOX',
      });
    }
  });

  test('a secret that the envelope names is a variable and a file of this program', async () => {
    const [variable, file, others] = await node(
      `show(process.env.API_KEY); show(fs.readFileSync('/run/secrets/API_KEY', 'utf8')); show(fs.readdirSync('/run/secrets'));`,
      { envelope: { ...CLOSED, secrets_access: ['API_KEY', 'OTHER'] }, secrets: { API_KEY: 's3cret' } },
    );
    expect([variable, file, others]).toEqual(['s3cret', 's3cret', ['API_KEY']]);
  });

  test('a secret that the envelope does not name, or that a loader would read, is refused', async () => {
    for (const name of ['OTHER', 'LD_PRELOAD', 'NODE_OPTIONS', 'PYTHONPATH', 'PATH', '../x']) {
      const secrets_access = name === 'OTHER' ? [] : [name];
      const request = {
        files: { 'main.mjs': '' },
        envelope: { ...CLOSED, secrets_access },
        secrets: { [name]: 'x' },
      };
      await expect(run(request), name).rejects.toMatchObject({ code: 'ERR_WCP_SANDBOX' });
    }
  });

  test('without tools a program starts no process; with a tool it starts that one', async () => {
    const code = `
      import { spawnSync } from 'node:child_process';
      const { stdout, error } = spawnSync(process.argv[2], ['-n', 'said']);
      show([stdout?.toString() ?? null, error?.code ?? null]);`;
    const command = ['node', '--no-permission', 'main.mjs'];
    const [[nothing, denied]] = await node(code, { command: [...command, '/opt/node'] });
    expect([nothing, denied]).toEqual([null, 'EPERM']);
    const envelope = { ...CLOSED, tools: ['echo'] };
    expect(await node(code, { command: [...command, 'echo'], envelope })).toEqual([['said', null]]);
    expect(await node(code, { command: [...command, 'ls'], envelope })).toEqual([[null, 'ENOENT']]);
  });

  test('Python 3 runs with its standard library and without what is installed beside it', async () => {
    const code = `
import ctypes, hashlib, json, os, sqlite3, ssl, sys, threading
try:
    import pip
    found = True
except ImportError:
    found = False
import other
try:
    os.fork()
    forked = True
except OSError as error:
    forked = error.errno
print(json.dumps([os.getuid(), other.NAME, found, forked, hashlib.sha256(b'').hexdigest()[:4]]))`;
    const files = { 'main.py': code, 'other.py': "NAME = 'other'\n" };
    const { stdout, stderr } = await run({ command: ['/usr/bin/python3', 'main.py'], files });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([1000, 'other', false, 1, 'e3b0']);
  });

  test('any other program of the host runs with the libraries that it needs', async () => {
    const { stdout, end } = await run({
      command: ['/bin/cat', 'main.mjs', '-'],
      files: { 'main.mjs': 'one ' },
      input: 'two',
    });
    expect([stdout, end.exit_code]).toEqual(['one two', 0]);
  });

  test('the status of the program is that of the process', async () => {
    const { end } = await run({ files: { 'main.mjs': 'process.exit(7)' } });
    expect(end).toEqual({ exit_code: 7, signal: null, exceeded: null });
  });

  test('a file that the package has beyond the limit of what a program may write is there all the same', async () => {
    const large = 'x'.repeat(300_000);
    const files = {
      'main.mjs': `${SHOW} show(fs.statSync('large').size); show(of(() => fs.writeFileSync('/tmp/x', fs.readFileSync('large'))))`,
      large,
    };
    const { stdout } = await run({ files, limits: { file_bytes: 200_000 } });
    expect(stdout).toBe('300000\n"EFBIG"\n');
  });

  test('a program without a network has its own loopback and nothing else', async () => {
    const [own, ...others] = await node(
      `import net from 'node:net';
       const reach = (port, host) => new Promise((resolve) => {
         net.connect(port, host).on('connect', () => resolve('reached')).on('error', ({ code }) => resolve(code));
       });
       const server = net.createServer().listen(0, '127.0.0.1');
       await new Promise((resolve) => server.on('listening', resolve));
       show(await reach(server.address().port, '127.0.0.1'));
       server.close();
       for (const host of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '192.0.2.1']) show(await reach(22, host));
       process.exit();`,
    );
    expect(own).toBe('reached');
    expect(others).toEqual(['ECONNREFUSED', 'ENETUNREACH', 'ENETUNREACH', 'ENETUNREACH']);
  });
});

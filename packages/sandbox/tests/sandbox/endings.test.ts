import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { PrivilegeEnvelope } from '@wcp/spec/document';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findCgroupRoot } from '../../src/limits/cgroup.ts';
import { Host, type HostRequest } from '../support/host.ts';
import { USERS } from '../support/users.ts';

const NONE: PrivilegeEnvelope = { network_egress: 'none', tools: ['sleep', 'setsid', 'sh'] };
/** Leaves processes behind in every way there is, each with a number of its own in its command line. */
const DETACH = (id: number) => `
  import { spawn } from 'node:child_process';
  const leave = (...words) => spawn(words[0], words.slice(1), { detached: true, stdio: 'ignore' }).unref();
  leave('sleep', '${id}1');
  leave('setsid', 'sleep', '${id}2');
  leave('sh', '-c', '(setsid sleep ${id}3 &) ; trap "" TERM HUP INT; kill -STOP $$; sleep ${id}4');
  leave('sh', '-c', 'trap "" TERM; while :; do sleep ${id}5; done');
  process.on('SIGTERM', () => {});
  setTimeout(() => console.log('ready'), 300);
  setInterval(() => {}, 1000);`;

/** The processes of the whole machine that have this text in their command line. */
function processesWith(text: string): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) &&
        readFileSync(`/proc/${pid}/cmdline`, 'utf8')
          .split('\0')
          .some((word) => word.startsWith(text))
      );
    } catch {
      return false;
    }
  }).length;
}

/** Looked for now: whoever looks first removes what was left before. */
const root = findCgroupRoot();

/** The control groups of a host, in whatever hierarchy. */
function groupsOf({ child }: Host): string[] {
  const folders = root === null ? [] : root.version === 2 ? [root.unified] : [root.memory, root.pids];
  return folders
    .flatMap((folder) => readdirSync(folder))
    .filter((name) => name.startsWith(`wcp-${child.pid}-`));
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !holds(); tries += 1) await wait(20);
  expect(holds()).toBe(true);
}

let next = 7_000_000 + (process.pid % 100_000) * 10;
const unusedNumber = () => (next += 1);

describe.each(USERS)('$title', ({ user }) => {
  let host: Host;
  const options = user === undefined ? {} : { user };
  beforeAll(() => {
    host = new Host(options);
  });
  afterAll(() => host.close());

  const run = (code: string, request: Partial<HostRequest> = {}) =>
    host.run({
      command: ['node', '--no-permission', 'main.mjs'],
      envelope: { network_egress: 'none' },
      files: { 'main.mjs': code },
      ...request,
    });

  test('closing ends everything that the program started: detached, orphaned, stopped or deaf to signals', async () => {
    const id = unusedNumber();
    const running = run(DETACH(id), { envelope: NONE, hold_ms: 1_500 });
    await until(() => processesWith(String(id)) >= 4);
    const { stdout, end } = await running;
    expect(stdout).toBe('ready\n');
    expect(end.exceeded).toBe(null);
    expect(processesWith(String(id))).toBe(0);
  });

  test('what a program leaves behind ends with it', async () => {
    const id = unusedNumber();
    await run(`${DETACH(id)} setTimeout(() => process.exit(), 600);`, { envelope: NONE });
    expect(processesWith(String(id))).toBe(0);
  });

  test('everything ends when the process that started it is killed', async () => {
    const id = unusedNumber();
    const victim = new Host(options);
    victim
      .run({
        command: ['node', '--no-permission', 'main.mjs'],
        envelope: NONE,
        files: { 'main.mjs': DETACH(id) },
      })
      .catch(() => {});
    await until(() => processesWith(String(id)) >= 4);
    victim.child.kill('SIGKILL');
    await until(() => processesWith(String(id)) === 0);
    const left = groupsOf(victim);
    expect(left.length > 0).toBe(user === undefined && root !== null);
    // The next one that starts a program removes what was left.
    const heir = new Host(options);
    await heir.run({
      command: ['node', 'main.mjs'],
      envelope: { network_egress: 'none' },
      files: { 'main.mjs': '' },
    });
    await heir.close();
    expect(groupsOf(victim)).toEqual([]);
  });

  test('a program that lives too long is ended', async () => {
    const { end } = await run(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`, {
      limits: { wall_ms: 500 },
    });
    expect(end).toEqual({ exit_code: 137, signal: null, exceeded: 'wall_ms' });
  });

  test('a program that writes too much is ended', async () => {
    const code = `const chunk = 'x'.repeat(65536); const write = () => { while (process.stdout.write(chunk)); process.stdout.once('drain', write); }; write();`;
    const { end, stdout } = await run(code, { limits: { output_bytes: 1_000_000 } });
    expect(end.exceeded).toBe('output_bytes');
    expect(stdout.length).toBeLessThan(64_000_000);
  });

  test('memory counts for the program with all its processes, orphans included', async () => {
    const code = `
      import { spawn } from 'node:child_process';
      if (process.argv[2] === undefined) {
        for (let child = 0; child < 4; child += 1) spawn('sh', ['-c', '/opt/node main.mjs child &'], { detached: true });
        setInterval(() => {}, 1000);
      } else {
        globalThis.kept = Buffer.alloc(90_000_000, 1);
        setInterval(() => globalThis.kept.fill(2), 50);
      }`;
    const limits = { memory_mb: 300, wall_ms: 20_000, processes: 200 };
    const { end } = await run(code, { envelope: NONE, limits });
    expect(end.exceeded).toBe('memory_mb');
  });

  test('memory of one process ends it', async () => {
    const code = 'const kept = []; for (;;) kept.push(Buffer.alloc(10_000_000, 1));';
    const { end } = await run(code, { limits: { memory_mb: 200, wall_ms: 20_000 } });
    expect(end.exceeded).toBe('memory_mb');
  });

  test('there are no more processes and threads than the limit says, and others are none the poorer', async () => {
    const code = `
      import { spawn } from 'node:child_process';
      let [started, refused] = [0, 0];
      for (let child = 0; child < 60; child += 1) {
        try { spawn('sleep', ['5']).on('error', () => { refused += 1; }).on('spawn', () => { started += 1; }); } catch { refused += 1; }
      }
      setTimeout(() => { console.log(JSON.stringify([started, refused])); process.exit(); }, 800);`;
    const { stdout, enforcement } = await run(code, { envelope: NONE, limits: { processes: 30 } });
    const [started, refused] = JSON.parse(stdout);
    expect(started).toBeGreaterThan(0);
    expect(started).toBeLessThan(30);
    expect(started + refused).toBe(60);
    expect(enforcement.processes.level).toBe('enforced');
    expect((await run('console.log(1)')).stdout).toBe('1\n');
  });

  test('processor time counts for the program with all its processes', async () => {
    const code = `
      import { spawn } from 'node:child_process';
      for (let child = 0; child < 3; child += 1) spawn('sh', ['-c', 'while :; do :; done']);`;
    const { end } = await run(code, { envelope: NONE, limits: { cpu_seconds: 1, wall_ms: 30_000 } });
    expect(end.exceeded).toBe('cpu_seconds');
  });

  test('a process has no more descriptors than the limit says', async () => {
    const code = `
      import fs from 'node:fs';
      try { for (;;) fs.openSync('/dev/null'); } catch (error) { console.log(error.code); }`;
    expect((await run(code, { limits: { open_files: 64 } })).stdout).toBe('EMFILE\n');
  });
});

test('a descriptor that this process has from somebody else is not there inside', async () => {
  const program = `
    import { sandboxed } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)};
    const code = "import fs from 'node:fs'; for (const fd of [7, 40]) { try { console.log(fs.readlinkSync('/proc/self/fd/' + fd), fs.readFileSync(fd, 'utf8').length); } catch (error) { console.log(error.code); } }";
    const { process: child, ended } = await sandboxed({
      command: ['node', '--no-permission', 'main.mjs'],
      package: [{ path: 'main.mjs', bytes: Buffer.from(code) }],
      envelope: { network_egress: 'none' },
    });
    child.stdout.pipe(process.stdout);
    await ended;`;
  // 40 is of a file that the sandbox must not read; a shell leaves it open.
  const child = spawn('bash', [
    '-c',
    'exec 40</etc/hostname; exec "$@"',
    'bash',
    process.execPath,
    '--no-warnings',
    '--input-type=module',
    '-e',
    program,
  ]);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(child, 'close');
  const lines = Buffer.concat(chunks).toString().trim().split('\n');
  expect(lines.at(-1)).toBe('/dev/null 0');
  expect(lines.join()).not.toContain('hostname');
});

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { testContext } from '../../src/testing/index.ts';
import { record } from '../samples.ts';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const program = fileURLToPath(new URL('./odd-worker.ts', import.meta.url));

/** Runs the worker as a process of its own. */
function run(argv: readonly string[], input: string | Buffer = ''): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...argv]);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

const call = (act: string, text = '', more: object = {}) =>
  JSON.stringify({ context: testContext(), request: { act, text }, ...more });
const lines = (stdout: string) =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe.concurrent('one JSON argument', () => {
  test('A result is one line on standard output, and the exit status says how it ended.', async () => {
    const ends = await Promise.all(
      ['echo', 'partial', 'deny', 'throw'].map((act) => run([call(act, 'né\nw')])),
    );
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 1, 1]);
    expect(ends.map(({ stdout }) => stdout.split('\n').length)).toEqual([2, 2, 2, 2]);
    expect(ends.flatMap(({ stdout }) => lines(stdout))).toMatchObject([
      { status: 'ok', result: { text: 'né\nw' } },
      { status: 'partial', result: { text: 'né\nw' } },
      { status: 'denied', deny_reason: { code: 'TOO_ODD' } },
      { status: 'error', deny_reason: { code: 'WORKER_FAILED' } },
    ]);
  });

  test('An error of the worker is shown on standard error, for its author.', async () => {
    const { stdout, stderr } = await run([call('throw', 'what went wrong')]);
    expect(stderr).toContain('what went wrong');
    expect(stdout).not.toContain('what went wrong');
  });

  test('What the worker prints goes to standard error.', async () => {
    const { stdout, stderr } = await run([call('log', 'a printed word')]);
    expect(lines(stdout)).toMatchObject([{ status: 'ok' }]);
    expect(stderr.match(/a printed word/g)).toHaveLength(3);
  });

  test('A request may be absent, and a wrong context is denied.', async () => {
    const [noRequest, badContext] = await Promise.all([
      run([JSON.stringify({ context: testContext() })]),
      run([JSON.stringify({ context: {}, request: {} })]),
    ]);
    expect(lines(noRequest.stdout)).toMatchObject([{ deny_reason: { code: 'WORKER_INVALID_INPUT' } }]);
    expect(lines(badContext.stdout)).toMatchObject([{ deny_reason: { code: 'WORKER_INVALID_CONTEXT' } }]);
    expect([noRequest.code, badContext.code]).toEqual([1, 1]);
  });

  test('A timer that the worker leaves behind does not keep the process alive.', async () => {
    expect(await run([call('linger')])).toMatchObject({ code: 0 });
  });

  test('A worker that never answers ends at its deadline.', async () => {
    const context = testContext({ deadline: new Date(Date.now() + 1500).toISOString() });
    const ended = await run([JSON.stringify({ context, request: { act: 'never' } })]);
    expect(ended.code).toBe(1);
    expect(lines(ended.stdout)).toMatchObject([{ deny_reason: { code: 'WORKER_TIMEOUT' } }]);
  });

  test('Errors outside of the run do not end the process.', async () => {
    const ended = await run([call('stray', 'alive')]);
    expect(ended.code).toBe(0);
    expect(lines(ended.stdout)).toMatchObject([{ status: 'ok', result: { text: 'alive' } }]);
    expect(ended.stderr).toContain('stray');
  });

  test.each([
    [[]],
    [['']],
    [['--unknown']],
    [['not json']],
    [['7']],
    [['[]']],
    [['{}']],
    [['{"context":{},"context":{}}']],
    [['{"context":{},"requets":{}}']],
    [[call('echo'), 'more']],
    [['--stdio', 'more']],
  ])('Arguments %j get a plain sentence, nothing on standard output, exit status 2.', async (argv) => {
    const ended = await run(argv);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^[A-Z].*--stdio.*\.\n$/);
  });
});

describe.concurrent('--record and --help', () => {
  test('The option --record prints the record as it was defined.', async () => {
    const ended = await run(['--record']);
    expect(ended).toMatchObject({ code: 0, stderr: '', stdout: `${JSON.stringify(record, null, 2)}\n` });
  });

  test('The option --help lists every run mode.', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    for (const word of ["'<json>'", '--stdio', '--record', '--help']) expect(stdout).toContain(word);
  });
});

describe.concurrent('--stdio', () => {
  test('With --stdio each line is answered with a line, in order, each with its id.', async () => {
    const input = `${call('slow', 'one', { id: 1 })}\n${call('echo', 'two', { id: 'b' })}\r\n\n  \n${call('echo', 'three')}`;
    const ended = await run(['--stdio'], input);
    expect(ended.code).toBe(0);
    const answers = lines(ended.stdout);
    expect(answers.map(({ id, result }) => [id, result.text])).toEqual([
      [1, 'one'],
      ['b', 'two'],
      [undefined, 'three'],
    ]);
  });

  test.runIf(process.platform !== 'win32')(
    'A signal that opens the debugger of Node opens none: the worker goes on, and says nothing.',
    async () => {
      const child = spawn(process.execPath, [program, '--stdio']);
      let complaint = '';
      child.stderr.on('data', (text) => {
        complaint += text;
      });
      const answer = (line: string) => {
        child.stdin.write(`${line}\n`);
        return new Promise<string>((resolve) => child.stdout.once('data', (text) => resolve(String(text))));
      };
      await answer(call('echo', 'before'));
      child.kill('SIGUSR1');
      // The debugger would take a moment to open, and say so.
      await new Promise((resolve) => setTimeout(resolve, 500));
      const after = await answer(call('echo', 'after'));
      child.stdin.end();
      await new Promise((resolve) => child.once('close', resolve));
      expect(JSON.parse(after).result.text).toBe('after');
      expect(complaint).toBe('');
    },
  );

  test('A broken line gets an error, and the next line is served.', async () => {
    const broken = [
      '{',
      '7',
      '[]',
      '{"id":3}',
      call('echo', '', { id: 4, more: 1 }),
      '{"context":{},"context":{}}',
    ];
    const input = Buffer.concat([
      Buffer.from(broken.map((line) => `${line}\n`).join('')),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from(`\ufeff${call('echo')}\n`),
      Buffer.from(call('echo', 'still here')),
    ]);
    const answers = lines((await run(['--stdio'], input)).stdout);
    expect(answers).toHaveLength(9);
    for (const answer of answers.slice(0, -1)) {
      expect(answer).toMatchObject({
        status: 'error',
        result: null,
        deny_reason: { code: 'WORKER_INVALID_LINE' },
        telemetry: [{ event_id: 'evt.worker.failed', correlation_id: null }],
      });
    }
    expect(answers.flatMap(({ id }) => id ?? [])).toEqual([3, 4]);
    const messages = answers.map(({ deny_reason }) => deny_reason?.findings?.[0]?.message);
    expect(messages.slice(6, 8)).toEqual([
      'It is not UTF-8.',
      'It begins with a byte order mark. Write UTF-8 without one.',
    ]);
    expect(answers.at(-1)).toMatchObject({ status: 'ok', result: { text: 'still here' } });
  });

  test('A line of more than 8 MiB gets an error and the next is served; a shorter one is served.', async () => {
    const most = 8 * 1024 * 1024;
    const fitting = call('echo', 'x'.repeat(most - call('echo').length));
    expect(fitting).toHaveLength(most);
    const input = `${fitting}x\n${fitting}\n${'y'.repeat(3 * most)}\n${call('echo', 'end')}\n`;
    const answers = lines((await run(['--stdio'], input)).stdout);
    expect(answers.map(({ status, deny_reason }) => deny_reason?.code ?? status)).toEqual([
      'WORKER_LINE_TOO_LONG',
      'ok',
      'WORKER_LINE_TOO_LONG',
      'ok',
    ]);
  });

  test('A worker that throws or prints breaks neither the lines nor their order.', async () => {
    const acts = ['throw', 'log', 'stray', 'echo', 'deny'];
    const input = acts.map((act, id) => call(act, 'word', { id })).join('\n');
    const ended = await run(['--stdio'], input);
    expect(ended.code).toBe(0);
    expect(lines(ended.stdout).map(({ id, status }) => [id, status])).toEqual([
      [0, 'error'],
      [1, 'ok'],
      [2, 'ok'],
      [3, 'ok'],
      [4, 'denied'],
    ]);
  });

  test('An empty input has no line.', async () => {
    expect(await run(['--stdio'], '')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('A reader that disappears ends the worker silently.', async () => {
    const child = spawn(process.execPath, [program, '--stdio']);
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.stdin.on('error', () => {});
    child.stdin.write(`${call('echo')}\n`);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.stdout.destroy();
    child.stdin.write(`${call('slow')}\n${call('slow')}\n`);
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([code, stderr]).toEqual([1, '']);
  });
});

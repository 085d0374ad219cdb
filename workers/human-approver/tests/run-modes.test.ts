import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { contextFor } from '@wcp/worker-kit/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { approverFor } from '../src/index.ts';
import { serveWeb } from '../src/web/serve-web.ts';
import { PASSWORD } from './support/open-page.ts';
import { startProgram } from './support/program.ts';
import { RealHall, WEBHOOK_SECRET } from './support/real-hall.ts';
import { Visitor } from './support/visitor.ts';

const main = join(import.meta.dirname, '..', 'src', 'main.ts');
const worker = approverFor({});
const context = contextFor(worker, { correlation_id: 'approve/1' });
const call = (request: object, id?: number) => JSON.stringify({ context, request, id });

function run(argv: readonly string[], env: Readonly<Record<string, string>>, input = '') {
  return new Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }>(
    (resolve) => {
      const child = execFile(process.execPath, [main, ...argv], { env }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
      child.stdin?.end(input);
    },
  );
}

test('The program runs once with one JSON argument, and line by line with --stdio.', async () => {
  const hall = await RealHall.open();
  const [first, second] = [await hall.hold(), await hall.hold()];
  const once = await run([call({ approval_id: first, resolution: 'approve' })], hall.env);
  expect([once.code, once.stderr]).toEqual([0, '']);
  expect(JSON.parse(once.stdout)).toMatchObject({
    status: 'ok',
    result: { state: 'approved', outcome: 'ok' },
    telemetry: [{ event_id: 'evt.worker.executed', correlation_id: 'approve/1' }],
  });
  const deny = { approval_id: second, resolution: 'deny' };
  const lines = await run(['--stdio'], hall.env, `${call(deny, 1)}\nnonsense\n${call(deny, 2)}\n`);
  const answers = lines.stdout.trimEnd().split('\n');
  expect(answers.map((line) => JSON.parse(line))).toMatchObject([
    { id: 1, status: 'ok', result: { state: 'denied' } },
    { status: 'error' },
    { id: 2, status: 'denied', deny_reason: { code: 'APPROVAL_RESOLVED' } },
  ]);
  for (const secret of [hall.stewardKey, new URL(hall.url).host]) {
    expect(once.stdout + lines.stdout + lines.stderr).not.toContain(secret);
  }
});

test('Without a Hall the program denies, and --help describes the page.', async () => {
  const once = await run([call({ approval_id: 'one', resolution: 'deny' })], {});
  expect([once.code, JSON.parse(once.stdout).deny_reason.code]).toEqual([1, 'HALL_NOT_CONFIGURED']);
  const help = await run(['--help'], {});
  expect([help.code, help.stdout]).toEqual([0, expect.stringMatching(/--web \[host:\]port[\s\S]+--stdio/)]);
});

describe('--web', () => {
  const env = { WCP_HALL_URL: 'http://127.0.0.1:9', WCP_HALL_KEY: 'wcp_nobody' };

  test('The page is served on loopback, with its URL on standard output and a one-time link.', async () => {
    const program = await startProgram(['0'], env);
    const { listening } = JSON.parse(program.stdout);
    expect(listening).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(program.stderr).toMatch(
      /^Sign in \(link works once\): http:\/\/127\.0\.0\.1:\d+\/sign-in\?token=[\w-]{43}\n$/,
    );
    expect(program.stdout).not.toContain('token');
    const token = new URL(/http\S+/.exec(program.stderr)?.[0] ?? '').searchParams.get('token') ?? '';
    expect((await new Visitor(listening).signIn(token)).status).toBe(303);
    expect(await program.stop()).toBe(0);
  });

  test('A password is not printed, and the program ends although a page is open.', async () => {
    const more = { WCP_APPROVER_TOKEN: PASSWORD, WCP_WEBHOOK_SECRET: WEBHOOK_SECRET };
    const program = await startProgram(['localhost:0'], { ...env, ...more });
    const visitor = new Visitor(JSON.parse(program.stdout).listening);
    await visitor.signIn(PASSWORD);
    const events = await visitor.listen();
    expect(await program.stop()).toBe(0);
    await events.text();
    expect(program.stderr).toBe('');
  });

  test('A page that other machines can reach gives a warning unless it is behind HTTPS.', async () => {
    const open = await startProgram(['0.0.0.0:0'], { ...env, WCP_APPROVER_TOKEN: PASSWORD });
    await open.stop();
    expect(open.stderr).toMatch(/HTTPS/);
    const url = 'https://approver.example';
    const behind = await startProgram(['0.0.0.0:0'], {
      ...env,
      WCP_APPROVER_TOKEN: PASSWORD,
      WCP_APPROVER_URL: url,
    });
    await behind.stop();
    expect([behind.stderr, JSON.parse(behind.stdout)]).toEqual(['', { listening: url }]);
  });

  test('Wrong usage exits with 2 and says why in a sentence.', async () => {
    const { code, stdout, stderr } = await run(['--web'], env);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(/^[A-Z].*\.\n$/)]);
  });

  test.each([
    [['here'], env],
    [['70000'], env],
    [['0', 'more'], env],
    [['0'], {}],
    [['192.0.2.1:0'], env],
  ] as const)(
    'The operands %j with the environment %j are refused in a sentence.',
    async (operands, given) => {
      const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
      onTestFinished(() => printed.mockRestore());
      expect(await serveWeb(operands, given)).toBe(2);
      const [sentence] = printed.mock.lastCall ?? [];
      expect(sentence).toMatch(/^[A-Z].*[.)]$/);
      expect(sentence).not.toContain('\n');
    },
  );
});

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sealRecord, type WorkerResult } from '../../../packages/worker-kit/src/index.ts';
import {
  checkWorker,
  contextFor,
  type ProgramWorker,
  programWorker,
} from '../../../packages/worker-kit/src/testing/index.ts';

const home = join(import.meta.dirname, '..');
const program = join(home, 'worker.py');
const file = readFileSync(join(home, 'registry_record.json'), 'utf8');
const environment = { PATH: process.env['PATH'] ?? '', PYTHONDONTWRITEBYTECODE: '1' };
const isPython = spawnSync('python3', ['--version']).status === 0;
let worker: ProgramWorker;

const run = (argv: readonly string[], input: string | Buffer = '') =>
  spawnSync('python3', [program, ...argv], { input, encoding: 'utf8', env: environment, maxBuffer: 1 << 26 });
const context = (more = {}) => contextFor(worker, { correlation_id: 'words/1', ...more });
const call = (request: unknown, more: object = {}) =>
  JSON.stringify({ context: context(), request, ...more });
const lines = (stdout: string): (WorkerResult & { id?: unknown })[] =>
  stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
const count = async (text: string) => (await worker.execute({ text }, context())).result;

/** A result without the members that differ every time. */
const untimed = (result: object) =>
  JSON.parse(
    JSON.stringify(result, (name, value) =>
      ['timestamp', 'started_at', 'finished_at', 'duration_ms'].includes(name) ? typeof value : value,
    ),
  );

describe('the record', () => {
  test('The artifact_hash of the record file is the hash of its content.', () => {
    const { artifact_hash, ...content } = JSON.parse(file);
    expect(file).toBe(`${JSON.stringify(sealRecord(content), null, 2)}\n`);
    expect(sealRecord(content).artifact_hash).toBe(artifact_hash);
  });

  test('The record reads data and touches nothing else.', () => {
    expect(JSON.parse(file)).toMatchObject({
      worker_id: 'org.wcp-examples.wordcount-py.demo',
      capabilities: ['org.wcp-examples.count-words'],
      blast_radius: { data: 1, network: 0, financial: 0, time: 0, reversibility: 'reversible' },
      privilege_envelope: { network_egress: 'none', secrets_access: [], filesystem_writes: [] },
    });
  });
});

describe.skipIf(!isPython)(
  `the worker${isPython ? '' : ' (skipped: python3 is not on this machine)'}`,
  () => {
    beforeAll(async () => {
      worker = await programWorker('python3', [program], { env: environment });
    });
    afterAll(() => worker.close());

    test('The option --record prints the record as its file holds it.', () => {
      expect(run(['--record'])).toMatchObject({ status: 0, stdout: file, stderr: '' });
    });

    test('The worker keeps the contract of every worker.', async () => {
      const valid = [
        { text: 'One two.' },
        { text: ' ' },
        { text: 'é \u2028 \u0000 \u001f \u007f "\\/ 😀 \ue000 Łódź' },
        { text: 'x'.repeat(1_000_000) },
      ];
      const invalid = [
        {},
        null,
        [],
        7,
        'text',
        { text: '' },
        { text: 7 },
        { text: null },
        { text: 'x', more: 1.5 },
        { text: 'x', __proto: 1 },
        { text: 'x'.repeat(1_000_001) },
      ];
      expect(await checkWorker(worker, { valid, invalid })).toEqual([]);
    });

    describe('the words', () => {
      test('Words are counted regardless of case.', async () => {
        expect(await count('The cat saw the dog.\nThe dog didn’t see the well-known cat.\n')).toEqual({
          characters: 60,
          lines: 2,
          words: 12,
          distinct_words: 7,
          frequent: [
            { word: 'the', count: 4 },
            { word: 'cat', count: 2 },
            { word: 'dog', count: 2 },
            { word: 'didn’t', count: 1 },
            { word: 'saw', count: 1 },
          ],
        });
      });

      test('Words may be in any script, and signs are not words.', async () => {
        expect(await count('Привет, МИР! привет…')).toMatchObject({ words: 3, distinct_words: 2, lines: 1 });
        expect(await count('😀 -- ... __')).toMatchObject({ words: 0, frequent: [], characters: 11 });
      });

      test.each([
        ['Chinese, by its characters', '灯塔的灯坏了，灯塔很高。', 10, ['灯', '塔', '了', '坏', '很']],
        ['a Chinese term beside a Latin one', 'WCP协议v2', 4, ['v2', 'wcp', '协', '议']],
        ['rare Han and signs of repetition', '人々𠀋〇', 4, ['〇', '々', '人', '𠀋']],
        [
          'Japanese, a long vowel being part of its character',
          'ランプが、ラー',
          5,
          ['が', 'プ', 'ラ', 'ラー', 'ン'],
        ],
        ['half-width Katakana', 'ﾗﾝﾌﾟ', 4, ['ﾌ', 'ﾗ', 'ﾝ', 'ﾟ']],
        ['Thai, a mark being part of its letter', 'ผู้ดู', 2, ['ดู', 'ผู้']],
        ['Thai digits, which are one number', 'ปี ๑๘๔๑', 2, ['ปี', '๑๘๔๑']],
        ['Khmer', 'ក្មេង', 3, ['ក្', 'ង', 'មេ']],
        ['Burmese', 'မီးအိမ်', 3, ['မီး', 'မ်', 'အိ']],
        ['Korean, by its spaces', '등대의 등불을 켠다', 3, ['등대의', '등불을', '켠다']],
        ['Tibetan, by its syllables', 'བོད་ཡིག', 2, ['བོད', 'ཡིག']],
        ['Hindi, whose marks are part of its words', 'नमस्ते दुनिया', 2, ['दुनिया', 'नमस्ते']],
        ['Arabic with its vowel signs', 'يُشْعِلُ الْحَارِسُ', 2, ['الْحَارِسُ', 'يُشْعِلُ']],
        ['Persian with a joiner', 'می\u200cخواهم', 1, ['می\u200cخواهم']],
        ['a composed and a decomposed letter', 'café cafe\u0301', 2, ['café']],
      ])('The words are counted of %s.', async (_, text, words, frequent) => {
        const result = (await count(text)) as { words: number; frequent: { word: string }[] };
        expect([result.words, result.frequent.map(({ word }) => word).toSorted()]).toEqual([
          words,
          frequent.map((word) => word.normalize('NFC')).toSorted(),
        ]);
      });

      test.each(['灯', 'ผู้', 'a', "a'", 'ー', '\u0301', 'a\u0301'])(
        'A million characters of %j are counted within the time that a test has.',
        async (unit) => {
          const text = unit.repeat(Math.floor(1_000_000 / unit.length));
          expect((await worker.execute({ text }, context())).status).toBe('ok');
        },
      );
    });

    describe('a context that is not valid', () => {
      test.each<[string, object]>([
        ['WORKER_INVALID_CONTEXT', { more: 1 }],
        ['WORKER_INVALID_CONTEXT', { correlation_id: 'a b' }],
        ['WORKER_INVALID_CONTEXT', { env: 'moon' }],
        ['WORKER_INVALID_CONTEXT', { deadline: '2026-02-30T00:00:00Z' }],
        ['WORKER_INVALID_CONTEXT', { deadline: 'tomorrow' }],
        ['WORKER_INVALID_CONTEXT', { deadline: undefined }],
        ['WORKER_TIMEOUT', { deadline: '2020-01-01T00:00:00.5Z' }],
      ])('The call is refused with %s for a context with %j.', async (code, more) => {
        const plain = JSON.parse(JSON.stringify(context(more)));
        expect((await worker.execute({ text: 'a' }, plain)).deny_reason).toMatchObject({ code });
      });

      test('A call is not refused before its deadline.', async () => {
        const deadline = new Date(Date.now() + 60_000).toISOString();
        expect(await worker.execute({ text: 'a' }, context({ deadline }))).toMatchObject({ status: 'ok' });
      });
    });

    test('The worker answers the example of docs/workers.md as shown.', () => {
      const guide = readFileSync(join(home, '..', '..', 'docs', 'workers.md'), 'utf8');
      const [example, answered] = [...guide.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) =>
        JSON.parse(json),
      );
      const { stdout } = run([JSON.stringify(example)]);
      expect(Object.keys(JSON.parse(stdout)).sort()).toEqual(Object.keys(answered).sort());
      expect(untimed(JSON.parse(stdout))).toEqual(untimed(answered));
    });

    describe('as a program', () => {
      test('The program runs once with one JSON argument, and its exit code tells the outcome.', async () => {
        const once = run([call({ text: 'één twee' }, { id: 'a' })]);
        expect([once.status, once.stderr]).toEqual([0, '']);
        expect(lines(once.stdout)).toMatchObject([
          { id: 'a', status: 'ok', result: await count('één twee') },
        ]);
        expect(run([call({})])).toMatchObject({ status: 1, stderr: '' });
      });

      test.each([
        [[]],
        [['']],
        [['--unknown']],
        [['{}']],
        [['7']],
        [['{"context":{},"more":1}']],
        [['--stdio', 'x']],
      ])('The arguments %j are a usage error.', (argv) => {
        const ended = run(argv);
        expect(ended).toMatchObject({ status: 2, stdout: '' });
        expect(ended.stderr).toContain('--stdio');
      });

      test('Each line is answered with a line, in order, also after a broken one.', () => {
        const deep = '['.repeat(200_000);
        const broken = [
          '{',
          '7',
          '[]',
          '{"id":3}',
          call({}, { id: 4, more: 1 }),
          '{"context":{},"context":{}}',
        ]
          .concat(`{"context":NaN}`, '{"context":1e999}', '{"context":"\\ud800"}', `\ufeff${call({})}`, deep)
          .concat(`{"context":${'9'.repeat(5000)}}`);
        const input = Buffer.concat([
          Buffer.from(`${call({ text: 'one' }, { id: 1 })}\r\n\n  \n`),
          Buffer.from(broken.map((line) => `${line}\n`).join('')),
          Buffer.from([0x22, 0xff, 0x22, 0x0a]),
          Buffer.from(call({ text: 'still here' }, { id: { any: [1.5, null] } })),
        ]);
        const { status, stdout, stderr } = run(['--stdio'], input);
        expect([status, stderr]).toEqual([0, '']);
        const answers = lines(stdout);
        expect(answers[0]).toMatchObject({ id: 1, status: 'ok' });
        expect(answers.slice(1, -1)).toHaveLength(broken.length + 1);
        for (const answer of answers.slice(1, -1)) {
          expect(answer).toMatchObject({
            status: 'error',
            result: null,
            deny_reason: { code: 'WORKER_INVALID_LINE' },
            telemetry: [{ event_id: 'evt.worker.failed', correlation_id: null }],
          });
        }
        expect(answers.slice(1, -1).flatMap(({ id }) => id ?? [])).toEqual([3, 4]);
        expect(answers[10]?.deny_reason).toMatchObject({
          findings: [
            {
              path: '',
              code: 'INVALID_VALUE',
              message: 'It begins with a byte order mark. Write UTF-8 without one.',
            },
          ],
        });
        expect(answers.at(-1)).toMatchObject({
          id: { any: [1.5, null] },
          status: 'ok',
          result: { words: 2 },
        });
      });

      test('A call may carry a permit, and cancelling a finished call gives no line.', () => {
        const input = `${call({ text: 'a' }, { id: 1, permit: 'x.y.z' })}\n{"cancel":1}\n${call({ text: 'b' }, { id: 2 })}\n`;
        expect(lines(run(['--stdio'], input).stdout).map(({ id, status }) => [id, status])).toEqual([
          [1, 'ok'],
          [2, 'ok'],
        ]);
      });

      test('A line of more than 8 MiB gets an error, and the next line is served.', () => {
        const most = 8 * 1024 * 1024;
        const fitting = call({ text: 'x'.repeat(most - call({ text: '' }).length) });
        const input = `${fitting}x\n${fitting}\n${'y'.repeat(3 * most)}\n${call({ text: 'end' })}\n${fitting}x`;
        expect(
          lines(run(['--stdio'], input).stdout).map(({ status, deny_reason }) => deny_reason?.code ?? status),
        ).toEqual([
          'WORKER_LINE_TOO_LONG',
          'WORKER_INVALID_INPUT',
          'WORKER_LINE_TOO_LONG',
          'ok',
          'WORKER_LINE_TOO_LONG',
        ]);
      });

      test('The program ends quietly when its reader goes away.', () => {
        const script = `printf '%s\\n' "$CALL" "$CALL" "$CALL" | { python3 "$PROGRAM" --stdio; echo "exit $?" >&2; } | true`;
        const shell = spawnSync('sh', ['-c', script], {
          encoding: 'utf8',
          env: { ...environment, PROGRAM: program, CALL: call({ text: 'a' }) },
        });
        expect(shell.stderr).toMatch(/^exit [01]\n$/);
      });
    });
  },
);

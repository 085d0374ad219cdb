import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkWorker, contextFor, type ProgramOptions, programWorker } from '../../src/testing/index.ts';
import { record } from '../samples.ts';

const helloWorker = join(import.meta.dirname, '../../../../workers/hello-worker/src/main.ts');
const oddProgram = join(import.meta.dirname, 'odd-program.mjs');
const misuse = { code: 'ERR_WCP_WORKER' };

/** The program with one oddity; it is closed after the test, however that goes. */
async function odd(oddity = 'none', options: ProgramOptions = {}) {
  const worker = await programWorker(process.execPath, [oddProgram, JSON.stringify(record), oddity], options);
  onTestFinished(() => worker.close().catch(() => {}));
  return worker;
}

describe('a program', () => {
  test('A program that fulfils its contract passes as a worker: hello-worker.', async () => {
    const worker = await programWorker(process.execPath, [helloWorker]);
    const valid = [{ name: 'Ada' }, { name: '\u2028 😀 "' }];
    const invalid = [{}, { name: '' }, { name: 7 }, { name: 'Ada', more: 1 }];
    expect(worker.record.worker_id).toBe('org.wcp-examples.hello-worker.demo');
    expect(await checkWorker(worker, { valid, invalid })).toEqual([]);
    expect(await worker.close()).toBeUndefined();
    expect(await worker.close()).toBeUndefined();
    await expect(worker.execute(valid[0], contextFor(worker))).rejects.toMatchObject(misuse);
  });

  test('A program is called while other calls are pending, and each gets its own answer.', async () => {
    const worker = await odd();
    const texts = Array.from({ length: 50 }, (_, n) => `text ${n}`);
    const answers = await Promise.all(texts.map((text) => worker.execute({ text }, contextFor(worker))));
    expect(answers.map(({ result }) => result)).toEqual(texts.map((text) => ({ text })));
    expect(answers[0]).not.toHaveProperty('id');
  });

  test('A program runs in the given environment only.', async () => {
    const worker = await odd('tells its environment', { env: { WORD: 'seven' } });
    expect((await worker.execute({}, contextFor(worker))).result).toEqual({ WORD: 'seven' });
  });

  test('A program never sees a value that JSON cannot express: the kit denies it.', async () => {
    const worker = await odd();
    const context = contextFor(worker, { correlation_id: 'chain/1' });
    for (const junk of [undefined, 10n, Number.NaN, Symbol('s'), () => {}, '\ud800']) {
      expect(await worker.execute(junk, context)).toMatchObject({
        status: 'denied',
        result: null,
        deny_reason: { code: 'WORKER_INVALID_INPUT', findings: [{ path: '' }] },
        telemetry: [{ event_id: 'evt.worker.failed', correlation_id: 'chain/1' }],
        evidence: [{ worker_id: record.worker_id, correlation_id: 'chain/1', result_hash: null }],
      });
      expect(await worker.execute({ text: 'a' }, junk as never)).toMatchObject({
        status: 'denied',
        deny_reason: { code: 'WORKER_INVALID_CONTEXT', findings: [{ path: '' }] },
        telemetry: [{ event_id: 'evt.worker.failed', correlation_id: null }],
      });
    }
  });
});

describe('a program with a fault', () => {
  const samples = { valid: [{ text: 'a' }] };
  test.each([
    'dies of null',
    'prints',
    'answers without the id',
    'answers another id',
    'answers twice',
    'answers a list',
  ])('The check finds a program that %s.', async (oddity) => {
    const findings = await checkWorker(await odd(oddity), samples);
    expect(findings.map(({ code }) => code)).toContain('THREW');
  });

  test('The check finds a program that is silent.', async () => {
    const [first] = await checkWorker(await odd('is silent', { timeoutMs: 1000 }), samples);
    expect(first).toMatchObject({ code: 'THREW', during: 'valid[0]' });
  });

  test('The check finds a program that answers everything with ok.', async () => {
    const codes = (await checkWorker(await odd(), samples)).map(({ code }) => code);
    expect(codes).toContain('STATUS');
    expect(codes).not.toContain('THREW');
  });
});

describe('a program that is refused', () => {
  test.each(['no record', 'junk record', 'false record', 'failing record'])(
    'A program that gives %s is refused.',
    async (oddity) => {
      await expect(odd(oddity)).rejects.toMatchObject(misuse);
    },
  );

  test('A program that does not exist is refused.', async () => {
    await expect(programWorker('/nowhere/at-all')).rejects.toMatchObject(misuse);
  });

  test.each(['never ends', 'ends badly'])('A program that %s is refused on closing.', async (oddity) => {
    const worker = await odd(oddity, { timeoutMs: 1000 });
    expect(await worker.execute({ text: 'a' }, contextFor(worker))).toMatchObject({ status: 'ok' });
    await expect(worker.close()).rejects.toMatchObject(misuse);
  });

  test('A program that ended too early is refused for every later call, and when it is closed.', async () => {
    const worker = await odd('dies of null');
    await expect(worker.execute(null, contextFor(worker))).rejects.toMatchObject(misuse);
    await expect(worker.execute({ text: 'a' }, contextFor(worker))).rejects.toMatchObject(misuse);
    await expect(worker.close()).rejects.toMatchObject(misuse);
  });
});

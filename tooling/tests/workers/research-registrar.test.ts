import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeContained, HELD, openWorker, scratch } from './support.ts';

/** A document whose chunks have so many characters each. */
function documentOf(source: string, texts: readonly string[]): object {
  const sha256 = createHash('sha256').update(texts.join('\n')).digest('hex');
  const chunks = texts.map((text) => ({ text, heading: null, vector: [1, 0, 0] }));
  return { source, title: null, sha256, model: 'test-3', chunks };
}

const RETRIEVE = { capability_id: 'cap.mem.retrieve' };

/** A store in a folder of its own, and the worker that `--record` describes there. */
function storeIn(dir: string, settings: object = {}) {
  const folder = join(dir, 'research');
  mkdirSync(folder);
  const env = { WCP_RESEARCH_DB: join(folder, 'research.db') };
  const setup = {
    name: 'research-registrar',
    recordIn: env,
    settings: { env, node: ['sqlite'], ...settings },
  };
  return { folder, setup };
}

describeContained('a contained research-registrar', () => {
  test('It keeps documents in the folder of its envelope, and a later process finds them by words and vectors.', async () => {
    const dir = scratch();
    const { folder, setup } = storeIn(dir, { calls: 1 });
    const { ask } = await openWorker(setup, dir);
    const registered = await ask(documentOf('a', ['The lamp is lit.', 'Oil is pressed from rapeseed.']));
    expect(registered.result?.result).toMatchObject({ chunks: 2, store: 'file' });
    // A folder on the disk has no quota: the receipt says so.
    const enforcement = { ...HELD, disk: { level: 'none', by: null } };
    expect(registered.outcome_receipt).toMatchObject({ outcome: { status: 'ok' }, enforcement });
    expect(existsSync(join(folder, 'research.db'))).toBe(true);
    const question = { query: 'rapeseed', vector: [1, 0, 0], model: 'test-3' };
    const found = await ask(question, RETRIEVE);
    expect(found.result?.result).toMatchObject({
      store: 'file',
      hits: [{ text: 'Oil is pressed from rapeseed.' }, { text: 'The lamp is lit.' }],
    });
    expect(found.outcome_receipt).toMatchObject({ enforcement });
  });

  test('It needs the folder in its envelope: without it, the store is not there.', async () => {
    const dir = scratch();
    const { folder, setup } = storeIn(dir);
    const { ask } = await openWorker({ ...setup, envelope: { filesystem_writes: [] } }, dir);
    const { result } = await ask(documentOf('a', ['The lamp is lit.']));
    expect(result).toMatchObject({
      status: 'denied',
      deny_reason: { code: 'REGISTER_STORE_UNAVAILABLE', message: expect.stringContaining('envelope') },
    });
    expect(existsSync(join(folder, 'research.db'))).toBe(false);
  });

  test('It has no SQLite unless the operator says that it needs it, and the log says which word is missing.', async () => {
    const dir = scratch();
    const { setup } = storeIn(dir, { node: [], log_output: true });
    const { ask, said } = await openWorker(setup, dir);
    const { result, delivery_code } = await ask(documentOf('a', ['The lamp is lit.']));
    expect(result).toBeNull();
    expect(delivery_code).toMatch(/^DELIVERY_/);
    expect(said.join('\n')).toContain('node:sqlite');
  });

  test('A store that reaches the largest file is full, and stays whole.', async () => {
    const dir = scratch();
    const { setup } = storeIn(dir, { file_mb: 1 });
    const { ask } = await openWorker(setup, dir);
    const texts = (from: number) =>
      Array.from({ length: 40 }, (_, at) => `${from + at} ${'lamp '.repeat(3_900)}`);
    const codes: (string | null)[] = [];
    for (let round = 0; round < 3; round += 1) {
      const { result } = await ask(documentOf(`long ${round}`, texts(40 * round)));
      codes.push(result?.deny_reason?.code ?? null);
    }
    expect(codes.at(-1)).toBe('REGISTER_STORE_FULL');
    await ask(documentOf('short', ['Oil is pressed from rapeseed.']));
    const { result } = await ask({ query: 'lamp', limit: 1 }, RETRIEVE);
    expect(result).toMatchObject({ status: 'ok' });
  });
});

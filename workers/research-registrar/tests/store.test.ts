import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { registrarFor } from '../src/index.ts';
import { storeFailureOf } from '../src/store/store-failure.ts';
import { callerOf, documentOf, freshFile } from './samples.ts';

const document = documentOf('a', ['The lamp is lit.']);
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

describe('an unusable store', () => {
  const files: [string, string, (file: string) => void | Promise<void>][] = [
    ['a file that is no database', 'STORE_VERSION', (file) => writeFileSync(file, 'text '.repeat(1000))],
    [
      'a database of somebody else',
      'STORE_VERSION',
      (file) => execute(file, 'CREATE TABLE document (id INTEGER PRIMARY KEY)'),
    ],
    [
      'a database of another application',
      'STORE_VERSION',
      (file) => execute(file, 'PRAGMA application_id = 7'),
    ],
    ['a store of a later version', 'STORE_VERSION', (file) => makeStore(file, 'PRAGMA user_version = 4')],
    ['a store of no version', 'STORE_VERSION', (file) => makeStore(file, 'PRAGMA user_version = 0')],
    ['a store whose tables are gone', 'STORE_UNAVAILABLE', (file) => makeStore(file, 'DROP TABLE chunk')],
    ['a folder', 'STORE_UNAVAILABLE', (file) => mkdirSync(file)],
  ];
  test.each(files)(
    'An unusable store is denied without details of the machine: %s.',
    async (_, code, make) => {
      const file = freshFile();
      await make(file);
      const registrar = registrarFor(file);
      const { register, retrieve } = callerOf(registrar);
      const answers = [await register(document), await retrieve({ query: 'lamp' })];
      registrar.close();
      expect(answers).toMatchObject([
        { status: 'denied', deny_reason: { code: `REGISTER_${code}` } },
        { status: 'denied', deny_reason: { code: `RETRIEVE_${code}` } },
      ]);
      expect(JSON.stringify(answers)).not.toMatch(/registrar-|research\.db|SQLITE|sqlite|no such table/);
      expect(console.error).toHaveBeenCalled();
    },
  );

  test('A store that another process holds is denied.', async () => {
    const file = freshFile();
    await makeStore(file, '');
    const holder = new DatabaseSync(file);
    holder.exec('BEGIN IMMEDIATE');
    const registrar = registrarFor(file, 50);
    const { register, find } = callerOf(registrar);
    expect(await register(document)).toMatchObject({ deny_reason: { code: 'REGISTER_STORE_BUSY' } });
    expect(await find({ query: 'lamp' })).toEqual([]);
    holder.exec('ROLLBACK');
    holder.close();
    expect(await register(document)).toMatchObject({ status: 'ok' });
    registrar.close();
  });

  test('A store without space is denied.', () => {
    expect(storeFailureOf(Object.assign(new Error(), { errcode: 13 })).code).toBe('STORE_FULL');
    // A file that has reached the largest size that the process may write.
    expect(storeFailureOf(Object.assign(new Error(), { errcode: 778 })).code).toBe('STORE_FULL');
    expect(storeFailureOf(Object.assign(new Error(), { errcode: 261 })).code).toBe('STORE_BUSY');
    expect(storeFailureOf(null).code).toBe('STORE_UNAVAILABLE');
  });

  test('A store that was repaired is used again.', async () => {
    const file = join(freshFile(), 'research.db');
    const registrar = registrarFor(file);
    const { register } = callerOf(registrar);
    expect(await register(document)).toMatchObject({ deny_reason: { code: 'REGISTER_STORE_UNAVAILABLE' } });
    mkdirSync(dirname(file));
    expect(await register(document)).toMatchObject({ status: 'ok' });
    registrar.close();
  });
});

test('The file of a store is for its owner alone, whatever the umask.', async () => {
  const before = process.umask(0);
  onTestFinished(() => void process.umask(before));
  const file = freshFile();
  const registrar = registrarFor(file);
  await callerOf(registrar).register(document);
  const modes = ['', '-wal', '-shm'].map((suffix) => (statSync(file + suffix).mode & 0o777).toString(8));
  registrar.close();
  expect(modes).toEqual(['600', '600', '600']);
});

test('A failure in the middle of a document leaves the old one in place.', async () => {
  const file = freshFile();
  await makeStore(file, '');
  const registrar = registrarFor(file);
  const { register, find } = callerOf(registrar);
  await register(document);
  execute(
    file,
    "CREATE TRIGGER fault BEFORE INSERT ON chunk WHEN new.position = 1 BEGIN SELECT RAISE(ABORT, 'fault'); END",
  );
  const newer = documentOf('a', ['The lamp is new.', 'So is the horn.']);
  expect(await register(newer)).toMatchObject({ deny_reason: { code: 'REGISTER_STORE_UNAVAILABLE' } });
  expect((await find({ query: 'lamp' })).map(({ text }) => text)).toEqual(['The lamp is lit.']);
  execute(file, 'DROP TRIGGER fault');
  expect(await register(newer)).toMatchObject({ status: 'ok', result: { replaced: true } });
  registrar.close();
});

function execute(file: string, sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}

/** Creates a store and changes it with SQL. */
async function makeStore(file: string, sql: string): Promise<void> {
  const registrar = registrarFor(file);
  await callerOf(registrar).retrieve({ query: 'x' });
  registrar.close();
  execute(file, sql);
}

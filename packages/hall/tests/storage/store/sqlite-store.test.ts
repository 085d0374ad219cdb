import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../src/storage/store/sqlite-file.ts';
import { openSqliteStore } from '../../../src/storage/store/sqlite-store.ts';
import type { Change } from '../../../src/storage/store/store.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { storeCases } from './store.case.ts';

storeCases('SQLite', async () => {
  const store = openSqliteStore(join(tempFolder(), 'store.db'));
  return { store, close: () => store.close() };
});

const change = (id: string): Change => ({ put: 'meta', row: { id, state: 's', at: '', document: '{}' } });

test('SQLite: What a commit resolved is there when the file is opened again.', async () => {
  const file = join(tempFolder(), 'store.db');
  const first = openSqliteStore(file);
  await first.commit([change('a')]);
  await expect(
    first.commit([change('b'), { put: 'meta', row: { id: 'c' } as never }, { put: 'no' } as never]),
  ).rejects.toThrow();
  await first.close();
  const second = openSqliteStore(file);
  expect((await second.list('meta')).map(({ id }) => id)).toEqual(['a']);
  await second.close();
});

// A process that is killed loses nothing of what the kernel has: only a power cut would show that a commit
// was not forced to the disk. So what SQLite says of itself is asked for: 2 is FULL, an fsync for each commit.
test.each([
  ['synchronous', 2],
  ['journal_mode', 'wal'],
  ['locking_mode', 'exclusive'],
])('SQLite: A store has the %s that its promise rests on, even when it is opened again.', (pragma, value) => {
  const file = join(tempFolder(), 'store.db');
  for (let time = 0; time < 2; time += 1) {
    const database = openDatabase(file);
    expect(database.prepare(`PRAGMA ${pragma}`).get()).toEqual({ [pragma]: value });
    database.close();
  }
});

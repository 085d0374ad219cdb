import { existsSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WcpError } from '@wcp/spec';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { IncomingStore } from './incoming-store.ts';

/**
 * Makes a file for rows that are copied into it. It has its name only once it is complete; what an interrupted transfer
 * left under another name is removed.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where there is such a file already, or it cannot be written
 */
export function openIncomingFile(file: string): IncomingStore {
  if (existsSync(file)) {
    throw new WcpError('ERR_WCP_STORE', 'There is a store.db in the folder already. Move it away first.');
  }
  const incoming = `${file}.incoming`;
  for (const end of ['', '-wal', '-shm']) rmSync(incoming + end, { force: true });
  const store = openSqliteStore(incoming);
  return {
    get: (table, key) => store.get(table, key),
    list: (table, query) => store.list(table, query),
    count: (table) => store.count(table),
    commit: (changes) => store.commit(changes),
    wipe: () => store.wipe(),
    close: () => store.close(),
    async complete() {
      await store.wipe();
      await store.close();
      await rename(incoming, file);
      const folder = await open(dirname(file), 'r');
      await folder.sync().finally(() => folder.close());
    },
  };
}

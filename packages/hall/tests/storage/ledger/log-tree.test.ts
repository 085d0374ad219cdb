import { DatabaseSync } from 'node:sqlite';
import { inclusionProof, verifyInclusion } from '@wcp/evidence';
import { createMerkleTree } from '@wcp/evidence/log';
import { beforeEach, describe, expect, it } from 'vitest';
import { type OpenLedger, openLedger } from '../../../src/storage/ledger/ledger.ts';
import { openSqliteStore } from '../../../src/storage/store/sqlite-store.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { filesIn, writeLog } from '../archive/sample-log.ts';

/** Two full tiles and more than the thousand receipts that are checked at each start. */
const SIZE = 1_600;
let folder: string;
beforeEach(async () => {
  folder = tempFolder();
  await writeLog(folder, SIZE);
});

async function reading<R>(work: (ledger: OpenLedger) => Promise<R>): Promise<R> {
  const { file, identity } = filesIn(folder);
  const store = openSqliteStore(file);
  try {
    const ledger = await openLedger(store, identity);
    return await work(ledger).finally(() => ledger.close());
  } finally {
    await store.close();
  }
}

function editLeaf(position: number): void {
  const database = new DatabaseSync(filesIn(folder).file);
  database.prepare('UPDATE receipts SET leaf = zeroblob(32) WHERE position = ?').run(position);
  database.close();
}

describe('a proof out of a store', () => {
  it('is that of the tree over all receipts, however often and of whatever size it is asked for', async () => {
    await reading(async (ledger) => {
      const texts = (await ledger.store.list('receipts', { limit: SIZE })).map(({ receipt }) => receipt);
      const tree = createMerkleTree(texts);
      for (const size of [SIZE, 1_536, 700, 257, 256]) {
        for (const index of [0, 255, 3, 3, size - 1]) {
          const proof = await ledger.proveInclusion(index, size);
          expect(proof).toEqual(inclusionProof(tree, index, size));
          const claim = { leaf: texts[index] as string, index, size, root: tree.root(size), proof };
          expect(verifyInclusion(claim).ok).toBe(true);
        }
      }
    });
  });

  it('is refused where a leaf beside it was changed, and given everywhere else.', async () => {
    editLeaf(10);
    await reading(async (ledger) => {
      await expect(ledger.proveInclusion(200, SIZE)).rejects.toMatchObject({
        code: 'ERR_WCP_STORE_TAMPERED',
      });
      await expect(ledger.proveInclusion(300, SIZE)).resolves.not.toEqual([]);
    });
  });
});

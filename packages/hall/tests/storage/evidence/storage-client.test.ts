import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { openFileStorage } from '../../../src/storage/evidence/storage-client.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { storeCases } from '../store/store.case.ts';

storeCases('SQLite behind its thread', async () => {
  const identity = { key: generateSigningKey(), origin: 'hall.example/log' };
  // The cases store what no ledger signed, which a check in the background would report.
  const storage = await openFileStorage(join(tempFolder(), 'store.db'), identity, { isChecked: false });
  return { store: storage.store, close: () => storage.close() };
});

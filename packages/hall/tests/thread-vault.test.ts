import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { openFileVault } from '../src/thread-vault.ts';
import { storeCases } from './store/store.case.ts';
import { tempFolder } from './support/temp-folder.ts';

storeCases('SQLite behind its thread', async () => {
  const identity = { key: generateSigningKey(), origin: 'hall.example/log' };
  const vault = await openFileVault(join(tempFolder(), 'store.db'), identity);
  return { store: vault.store, close: () => vault.close() };
});

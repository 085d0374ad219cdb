import { createMemoryStore } from '../../../src/storage/store/memory-store.ts';
import { storeCases } from './store.case.ts';

storeCases('memory', async () => {
  const store = createMemoryStore();
  return { store, close: () => store.close() };
});

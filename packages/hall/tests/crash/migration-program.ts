/** Brings a store up in a process of its own, for a test that kills it: `node migration-program.ts FILE` tells when it begins. */
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { openCurrentStore } from '../../src/storage/migration/open-current-store.ts';

process.stdout.write('begun\n');
const key = signingKeyFromSeed('11'.repeat(32));
const file = process.argv[2] as string;
const store = await openCurrentStore(file, { key, origin: 'hall.example/log', data_keys: `${file}.keys` });
process.stdout.write('done\n');
await store.close();

/**
 * Moves the store of a log into a database in a process of its own, for tests that kill it: `node transfer-program.ts
 * FOLDER DATABASE SCHEMA` tells each step.
 */
import { openSqliteStore } from '../../src/storage/store/sqlite-store.ts';
import { openIncomingDatabase } from '../../src/storage/transfer/incoming-database.ts';
import { transferStore } from '../../src/storage/transfer/transfer-store.ts';
import { filesIn } from '../storage/archive/sample-log.ts';

const [folder = '', url = '', schema = ''] = process.argv.slice(2);
const { file, identity } = filesIn(folder);
const source = openSqliteStore(file);
const target = await openIncomingDatabase({ url, schema }, 'a store');
process.stdout.write('opened\n');
await transferStore(source, target, identity, (step, done) => void process.stdout.write(`${step} ${done}\n`));
await target.close();
await source.close();

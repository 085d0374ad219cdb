/** Archives a log in a process of its own, for tests that kill it: `node archive-program.ts FOLDER POSITION` tells each step. */
import { archiveLog } from '../../src/storage/archive/archive-log.ts';
import { filesIn } from '../storage/archive/sample-log.ts';

const [folder, position] = process.argv.slice(2);
const { file, archive: dir, identity } = filesIn(folder as string);
const before = { position: Number(position) };
const report = (step: string) => void process.stdout.write(`${step}\n`);
await archiveLog(file, identity, { dir, before, at: '2026-02-01T00:00:00.000Z', report });
process.stdout.write('done\n');

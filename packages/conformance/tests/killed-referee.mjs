/** A referee that waits for a port which writes nothing; its test kills it. */
import { join } from 'node:path';
import { loadFixtures, runConformance } from '../src/index.ts';

const fixtures = await loadFixtures(join(import.meta.dirname, 'fixtures'));
const port = join(import.meta.dirname, 'players', 'silent.mjs');
await runConformance({ command: process.execPath, args: [port], fixtures, startTimeoutMs: 60_000 });

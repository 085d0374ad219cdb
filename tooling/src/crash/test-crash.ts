/**
 * `npm run test:crash`: every test that kills, with fifty kills each; `-- --postgres` those with a database alone.
 * `WCP_CRASHES` gives another number.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { postgres: { type: 'boolean', default: false } } });
const files = values.postgres ? ['killed-halls', 'killed-database', 'killed-transfer'] : ['crash/'];
const env = { WCP_CRASHES: '50', ...process.env, WCP_SYSTEM: '1' };
const tests = spawn('vitest', ['run', '--project', 'hall', ...files], { env, stdio: 'inherit' });
tests.on('exit', (code) => {
  process.exitCode = code ?? 1;
});

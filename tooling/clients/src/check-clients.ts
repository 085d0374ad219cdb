/**
 * `npm run check:clients`: real MCP clients and real MCP servers from the registry, with a gateway between them, and
 * `docs/mcp.md` followed as a new user would. Prints a table; exits with 1 where anything fails. `-- --only TEXT` runs the
 * rows that hold the text.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Check } from './check/check.ts';
import { clientChecks } from './check/client-checks.ts';
import { guideChecks } from './check/guide-checks.ts';
import { serverChecks } from './check/server-checks.ts';
import { sessionChecks } from './check/session-checks.ts';
import { Place } from './place/place.ts';

const { values: options } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const count = { ok: 0, failed: 0, 'no such way': 0 };
const LIMIT_MS = 600_000;

const place = new Place();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(1));
const all = [clientChecks, sessionChecks, serverChecks, guideChecks].flatMap((checks) => checks(place));
const checks = all.filter(({ name, way }) => `${name} ${way}`.includes(options.only));
for (const check of checks) await report(check);
console.log(`\nclients: ${count.ok} ok, ${count.failed} failed, ${count['no such way']} have no such way`);
await end(count.failed === 0 && count.ok > 0 ? 0 : 1);

/** Leaves nothing behind. */
async function end(code: number): Promise<void> {
  await place.close();
  process.exit(code);
}

async function report({ name, way, run }: Check): Promise<void> {
  const began = performance.now();
  const [state, text] = await outcomeOf(run);
  count[state] += 1;
  const time = `${Math.round(performance.now() - began)} ms`;
  console.log(`${state.padEnd(12)} ${name.padEnd(34)} ${way.padEnd(8)} ${time.padStart(9)}  ${text}`);
}

async function outcomeOf(run: Check['run']): Promise<readonly [keyof typeof count, string]> {
  try {
    const held = await Promise.race([run(), tooLong()]);
    return held === null ? ['no such way', ''] : ['ok', held];
  } catch (error) {
    return ['failed', String(error)];
  }
}

async function tooLong(): Promise<never> {
  await sleep(LIMIT_MS, undefined, { ref: false });
  throw new Error('It took too long.');
}

/**
 * `npm run check:clients`: real MCP clients from the registry connect to a gateway, list its tools and read a file, over
 * standard input and HTTP. `-- --only TEXT` runs those whose name holds the text.
 */
import { parseArgs } from 'node:util';
import { CLIENTS, Skipped } from './clients.ts';
import { Place, type Target } from './place.ts';

const { values: options } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const LIMIT_MS = 120_000;

const place = new Place();
process.env['WCP_CHECK_HOME'] = place.home;
let failures = 0;
try {
  const http = await place.http();
  for (const [name, client] of Object.entries(CLIENTS)) {
    if (!name.includes(options.only)) continue;
    await check(name, client, place.stdio(name.replaceAll(/[^a-z0-9]+/g, '-')));
    await check(name, client, http);
  }
} finally {
  await place.close();
}
process.exit(failures === 0 ? 0 : 1);

async function check(name: string, client: (typeof CLIENTS)[string], target: Target): Promise<void> {
  const began = performance.now();
  const said = await outcomeOf(client, target);
  if (said.startsWith('FAILED')) failures += 1;
  console.log(`${said.padEnd(10)} ${name.padEnd(26)} ${target.kind.padEnd(6)} ${Math.round(performance.now() - began)} ms`);
}

async function outcomeOf(client: (typeof CLIENTS)[string], target: Target): Promise<string> {
  try {
    const { tools, text } = await within(client(target, place.file));
    if (!tools.some((tool) => tool.includes('read_text_file'))) return `FAILED: it saw ${tools.length} tools`;
    if (text !== null && !text.includes('hello from behind the Hall')) return `FAILED: it read ${text.slice(0, 300)}`;
    return 'ok';
  } catch (error) {
    return error instanceof Skipped ? `skipped: ${error.message}` : `FAILED: ${String(error).slice(0, 500)}`;
  }
}

async function within<R>(working: Promise<R>): Promise<R> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it took too long')), LIMIT_MS);
  });
  try {
    return await Promise.race([working, late]);
  } finally {
    clearTimeout(timer);
  }
}

import { readdirSync } from 'node:fs';
import type { BenchRow } from '../row.ts';
import { type Caller, callMany } from './call.ts';
import type { Place } from './place.ts';
import type { StdioClient } from './stdio-client.ts';

const CALLS = 100_000;
/** So many that every cache is full: the largest is that of 50,000 blast budgets, one a call. */
const WARM_UP = 60_000;
const SESSIONS = 10_000;
const AT_A_TIME = 16;

/** What a gateway holds. */
interface Held {
  readonly heap: number;
  readonly resident: number;
  readonly descriptors: number;
}

/** What the process of a gateway grows by over very many calls, and over clients that open sessions and leave them. */
export async function memoryRows(place: Place, gateway: StdioClient, http: Caller): Promise<BenchRow[]> {
  const half = (caller: Caller, count: number) => callMany(caller, place.file, count / 2, AT_A_TIME);
  for (const each of [gateway, http]) await half(each, WARM_UP);
  const before = await heldBy(gateway);
  for (const each of [gateway, http]) await half(each, CALLS);
  const after = await heldBy(gateway);
  for (let opened = 0; opened < SESSIONS; opened += 1) (await place.overHttp('files')).leave();
  const left = await heldBy(gateway);
  const row = (name: string, value: number, unit = 'MiB') => ({ name: `mcp: ${name}`, value, unit });
  return [
    row('heap growth over 100,000 calls', after.heap - before.heap),
    row('memory growth over 100,000 calls', after.resident - before.resident),
    row('descriptors more after them', after.descriptors - before.descriptors, ''),
    row('heap growth over 10,000 sessions', left.heap - after.heap),
    row('memory growth over 10,000 sessions', left.resident - after.resident),
    row('descriptors more after those', left.descriptors - after.descriptors, ''),
  ];
}

/** Once everything dead has been collected; the program that the gateway was started with says it when it is asked. */
async function heldBy(gateway: StdioClient): Promise<Held> {
  const said = gateway.nextPrinted(/memory (\{.*\})/);
  process.kill(gateway.pid, 'SIGUSR2');
  const { heapUsed, rss } = JSON.parse((await said)[1] ?? '');
  const descriptors = readdirSync(`/proc/${gateway.pid}/fd`).length;
  return { heap: heapUsed / 2 ** 20, resident: rss / 2 ** 20, descriptors };
}

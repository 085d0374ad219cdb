import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { quantileSamples } from '../measure.ts';
import { type BenchRow, sampledRow } from '../row.ts';
import { type Caller, callMany, readFile, timed } from './call.ts';
import { memoryRows } from './memory.ts';
import { Place } from './place.ts';
import type { StdioClient } from './stdio-client.ts';

const WARM_UP = 300;
const CALLS = 1_000;
const AT_A_TIME = 16;
const ROUNDS = 5;
const ROUND_CALLS = 1_000;
const TOOLS = 1_000;
const LISTS = 15;

/**
 * A file read through a server alone and through `wcp mcp wrap` before it, call by call in turns: a Hall in the process,
 * attestation required, two durable signed receipts a call.
 *
 * @param deep whether memory is watched over 100,000 calls, too: some minutes
 */
export async function mcpRows({ deep }: { readonly deep: boolean }): Promise<BenchRow[]> {
  const place = new Place();
  const open: { close(): unknown }[] = [];
  try {
    const [startMs, gateway] = await timed(() => place.wrapped('files', place.filesystem));
    const direct = await place.direct(place.filesystem);
    const http = await place.overHttp('files');
    open.push({ close: () => http.leave() }, gateway, direct);
    const callers = { direct, gateway, http };
    return [
      ...(await latencyRows(callers, place.file)),
      ...(await throughputRows(callers, place.file)),
      ...(await listRows(place, open)),
      ...(deep ? await memoryRows(place, gateway, http) : []),
      { name: 'mcp: first start of wrap, 14 tools', value: startMs, unit: 'ms' },
      { name: 'mcp: load of the machine meanwhile', value: loadavg()[0] ?? Number.NaN, unit: 'processes' },
    ];
  } finally {
    for (const each of open) await each.close();
    place.remove();
  }
}

interface Callers {
  readonly direct: StdioClient;
  readonly gateway: StdioClient;
  readonly http: Caller;
}

/** One call at a time, in turns. */
async function latencyRows({ direct, gateway, http }: Callers, path: string): Promise<BenchRow[]> {
  const callers = [direct, gateway, http];
  for (const each of callers) await callMany(each, path, WARM_UP, 1);
  const times = callers.map(() => [] as number[]);
  const before = cpuMs(gateway);
  for (let index = 0; index < CALLS; index += 1) {
    for (const [which, each] of callers.entries())
      times[which]?.push((await timed(() => readFile(each, path)))[0]);
  }
  const cpu = (cpuMs(gateway) - before) / (2 * CALLS);
  const at = (which: number, share: number) => quantileSamples(times[which] ?? [], share);
  const added = (which: number) => {
    const floor = at(0, 0.5);
    return at(which, 0.5).map((each, index) => each - (floor[index] ?? Number.NaN));
  };
  const row = (name: string, samples: readonly number[]) => sampledRow(`mcp: ${name}`, 'ms', samples);
  return [
    row('a file read directly, p50', at(0, 0.5)),
    row('a file read directly, p99', at(0, 0.99)),
    row('through the gateway, p50', at(1, 0.5)),
    row('through the gateway, p99', at(1, 0.99)),
    row('added by the gateway, p50', added(1)),
    row('through it over HTTP, p50', at(2, 0.5)),
    row('through it over HTTP, p99', at(2, 0.99)),
    row('added over HTTP, p50', added(2)),
    { name: 'mcp: processor time of a call, one at a time', value: cpu, unit: 'ms' },
  ];
}

/** Many calls at a time, in turns. */
async function throughputRows({ direct, gateway, http }: Callers, path: string): Promise<BenchRow[]> {
  const rates = { direct: [] as number[], gateway: [] as number[], http: [] as number[] };
  const cpu: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.direct.push(await callMany(direct, path, ROUND_CALLS, AT_A_TIME));
    const before = cpuMs(gateway);
    rates.gateway.push(await callMany(gateway, path, ROUND_CALLS, AT_A_TIME));
    cpu.push((cpuMs(gateway) - before) / ROUND_CALLS);
    rates.http.push(await callMany(http, path, ROUND_CALLS, AT_A_TIME));
  }
  const row = (name: string, samples: readonly number[], floor?: readonly number[]) =>
    sampledRow(`mcp: 16 at a time, ${name}`, 'calls/s', samples, floor);
  return [
    row('directly', rates.direct),
    row('through the gateway', rates.gateway, rates.direct),
    row('through it over HTTP', rates.http, rates.direct),
    sampledRow('mcp: processor time of a call, 16 at a time', 'ms', cpu),
  ];
}

/** The list of a server with very many tools, in turns. */
async function listRows(place: Place, open: { close(): unknown }[]): Promise<BenchRow[]> {
  const server = [fileURLToPath(new URL('./many-tools-server.ts', import.meta.url)), String(TOOLS)];
  const [startMs, gateway] = await timed(() => place.wrapped('many', server));
  const direct = await place.direct(server);
  open.push(gateway, direct);
  const times = { direct: [] as number[], gateway: [] as number[] };
  for (let round = 0; round < LISTS; round += 1) {
    times.direct.push((await timed(() => direct.request('tools/list', {})))[0]);
    times.gateway.push((await timed(() => gateway.request('tools/list', {})))[0]);
  }
  const listed = (await gateway.request('tools/list', {})) as { tools: unknown[] };
  if (listed.tools.length !== TOOLS) throw new Error(`Only ${listed.tools.length} tools were listed.`);
  return [
    sampledRow('mcp: list of 1,000 tools, directly', 'ms', times.direct),
    sampledRow('mcp: list of 1,000 tools, gateway', 'ms', times.gateway),
    { name: 'mcp: list of 1,000 tools, bytes', value: JSON.stringify(listed).length / 1_024, unit: 'KiB' },
    { name: 'mcp: first start of wrap, 1,000 tools', value: startMs, unit: 'ms' },
  ];
}

/** Milliseconds of a processor that a process has used, in steps of 10; of use over many calls only. */
function cpuMs({ pid }: StdioClient): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

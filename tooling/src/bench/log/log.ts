import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BenchRow } from '../row.ts';
import { generateLog } from './generate-log.ts';
import { payloadRow } from './payload-cost.ts';
import { CORES, verifyRate } from './verify-rate.ts';

/** What of a large log is measured. */
export interface LogBenchOptions {
  readonly receipts: number;
  /** A store to keep: it is made longer where it is shorter, so that an interrupted run goes on. */
  readonly store?: string | undefined;
}

interface Opened {
  readonly size: number;
  readonly opened_ms: number;
  readonly opened_cpu_ms: number;
  readonly proof_ms: number;
  readonly proof_cpu_ms: number;
  readonly memory_mib: number;
  readonly checked: number;
}

const run = promisify(execFile);
const OPEN_LOG = join(import.meta.dirname, 'open-log.ts');
/** A log that is short, to compare with. */
const SHORT = 10_000;

/** What a log of this length costs: opening it, a proof, memory, disk, verifying it on all cores. */
export async function logRows({ receipts, store }: LogBenchOptions): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-bench-log-'));
  try {
    const [short, long] = [join(folder, 'short.db'), store ?? join(folder, 'long.db')];
    await generate(short, SHORT);
    await generate(long, receipts);
    const [few, many] = [await open(short), await open(long)];
    const { receipts_s, ratio_to_floor } = await verifyRate(long);
    const of = `log of ${many.size.toLocaleString('en')}`;
    return [
      { name: `log of ${SHORT.toLocaleString('en')}: open`, value: few.opened_ms, unit: 'ms' },
      { name: `${of}: open`, value: many.opened_ms, unit: 'ms' },
      { name: `${of}: open, processor`, value: many.opened_cpu_ms, unit: 'ms' },
      { name: `${of}: memory`, value: many.memory_mib, unit: 'MiB' },
      { name: `${of}: proof, median`, value: many.proof_ms, unit: 'ms' },
      { name: `${of}: proof, processor`, value: many.proof_cpu_ms, unit: 'ms' },
      { name: `${of}: disk`, value: statSync(long).size / many.size, unit: 'bytes each' },
      { name: `${of}: checked again in 3 s`, value: many.checked, unit: 'receipts' },
      { name: `${of}: verified on ${CORES} cores`, value: receipts_s, unit: 'receipts/s', ratio_to_floor },
      await payloadRow(),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function generate(file: string, receipts: number): Promise<void> {
  let told = performance.now();
  if (existsSync(file)) console.error(`${file} is there: it is made longer where it is shorter`);
  await generateLog(file, receipts, (size) => {
    if (performance.now() - told < 10_000) return;
    told = performance.now();
    console.error(`${size.toLocaleString('en')} of ${receipts.toLocaleString('en')} receipts generated`);
  });
}

/** In a process of its own, whose memory holds nothing else. */
async function open(file: string): Promise<Opened> {
  const { stdout } = await run(process.execPath, [OPEN_LOG, file]);
  return JSON.parse(stdout) as Opened;
}

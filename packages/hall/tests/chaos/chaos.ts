import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Receipt } from '@wcp/spec';

/** What became of the requests. */
export interface Tally {
  /** Receipts that a client was given. */
  readonly receipts: Receipt[];
  answered: number;
  unanswered: number;
  killedWorkers: number;
  killedHalls: number;
}

interface Running {
  readonly process: ChildProcess;
  readonly url: string;
  readonly key: string;
}

/** No request may take longer than this, whatever is killed: the Hall's own limit and some slack. */
const MAX_MS_LENGTH = 10_000;
const CLIENTS = 8;
const MOODS = ['fine', 'fine', 'fine', 'fine', 'fine', 'crash', 'junk', 'hang'];

/** Asks a Hall for so long while it and its workers are killed at random. */
export async function chaos(folder: string, seconds: number, tally: Tally): Promise<void> {
  let left = seconds * 1000;
  // How long a start takes does not count, and on a busy machine it goes on until something was answered.
  while (left > 0 || tally.answered <= seconds || tally.killedWorkers === 0) {
    const hall = await start(folder);
    const lifetime = 500 + Math.random() * 4_000;
    left -= lifetime;
    const end = Date.now() + lifetime;
    const clients = Array.from({ length: CLIENTS }, () => repeat(end, () => ask(hall, tally)));
    const killer = repeat(end, () => killSomeWorker(hall, tally));
    await Promise.race([Promise.all(clients), sleep(lifetime)]);
    const exited = new Promise((resolve) => hall.process.once('exit', resolve));
    hall.process.kill('SIGKILL');
    tally.killedHalls += 1;
    await Promise.all([exited, killer, ...clients]);
  }
}

function start(folder: string): Promise<Running> {
  const process = fork(join(import.meta.dirname, 'chaos-program.ts'), [folder], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  process.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    process.once('message', (told: Omit<Running, 'process'>) => resolve({ process, ...told }));
    process.once('exit', () => reject(new Error(`the Hall did not start: ${stderr}`)));
  });
}

async function repeat(end: number, act: () => Promise<void>): Promise<void> {
  while (Date.now() < end) await act();
}

let received = 0;
async function ask({ url, key }: Running, tally: Tally): Promise<void> {
  received += 1;
  const kind = received % 2 === 0 ? 'none' : 'full';
  const body = JSON.stringify({
    capability_id: `org.chaos.do-${kind}`,
    env: 'dev',
    data_label: 'PUBLIC',
    tenant_risk: 'low',
    qos_class: `P${received % 4}`,
    tenant_id: 'tenant-a',
    correlation_id: `chaos-${process.pid}-${received}`,
    request: { mood: MOODS[Math.floor(Math.random() * MOODS.length)] },
  });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(MAX_MS_LENGTH);
  try {
    const response = await fetch(`${url}/wcp/dispatch`, { method: 'POST', headers, body, signal });
    const { receipt, outcome_receipt } = (await response.json()) as {
      receipt?: Receipt;
      outcome_receipt?: Receipt | null;
    };
    if (receipt !== undefined) tally.receipts.push(receipt, ...(outcome_receipt ? [outcome_receipt] : []));
    tally.answered += 1;
  } catch (error) {
    if ((error as Error).name === 'TimeoutError') throw new Error('A request waited for ever.');
    // The Hall was killed: nothing of it was acknowledged.
    tally.unanswered += 1;
    await sleep(5);
  }
}

async function killSomeWorker({ process: hall }: Running, tally: Tally): Promise<void> {
  await sleep(50 + Math.random() * 200);
  const pids = workersOf(hall.pid as number);
  const pid = pids[Math.floor(Math.random() * pids.length)];
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGKILL');
    tally.killedWorkers += 1;
  } catch {
    // It ended by itself.
  }
}

function workersOf(parent: number): number[] {
  try {
    return execFileSync('ps', ['-o', 'pid=', '--ppid', String(parent)], { encoding: 'utf8' })
      .trim()
      .split(/\s+/)
      .filter((pid) => pid !== '')
      .map(Number);
  } catch {
    return [];
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}

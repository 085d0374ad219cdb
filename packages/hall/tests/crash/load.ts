import { type ChildProcess, fork } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Receipt } from '@wcp/spec';
import { waitFor } from '../support/wait-for.ts';

/** What a Hall acknowledged: that must never be gone. */
export interface Acknowledged {
  /** What was answered last in the place of a decision: the reason where a test waits in vain. */
  refusal?: string;
  readonly receipts: Receipt[];
  /** Approval ids of holds. */
  readonly holds: string[];
  /** Approval ids that a steward was told are approved. */
  readonly approved: string[];
  /** Approval ids that somebody tried to resolve, whatever came of it. */
  readonly tried: Set<string>;
}

export interface Started {
  readonly process: ChildProcess;
  readonly url: string;
  readonly tenants: readonly [string, string];
  readonly steward: string;
}

/** Where the Halls of a test store. */
export interface Place {
  readonly folder: string;
  /** The address of a database, in the place of a file in the folder. */
  readonly database?: string;
  /** Whether it is one of several Halls on the database. */
  readonly isShared?: boolean;
}

/** Receipts that a Hall has acknowledged before it is killed, however busy the machine is. */
const UNDER_LOAD = 20;

/** Starts a Hall, asks it from many sides, and kills it in the middle. */
export async function runAndKill(
  { folder, database }: Place,
  milliseconds: number,
  known: Acknowledged,
  disturb: (waitForLoad: () => Promise<void>) => Promise<void> = async () => {},
): Promise<void> {
  const hall = await startHall({ folder, ...(database !== undefined && { database }) });
  let isOver = false;
  const asking = [
    ...Array.from({ length: 12 }, (_, index) =>
      repeat(
        () => isOver,
        () => ask(hall, index, known),
      ),
    ),
    ...Array.from({ length: 3 }, () =>
      repeat(
        () => isOver,
        () => approve(hall, known),
      ),
    ),
    repeat(
      () => isOver,
      () => fetch(`${hall.url}/wcp/checkpoint`, { headers: bearer(hall.steward) }).then((r) => r.text()),
    ),
  ];
  const exited = new Promise((resolve) => hall.process.once('exit', resolve));
  try {
    const underLoad = () => {
      const before = known.receipts.length;
      const isSo = () => known.receipts.length >= before + UNDER_LOAD;
      return waitFor('the Hall to be under load', isSo, 60_000).catch((cause) => {
        throw new Error(`${cause.message}; it answered ${known.refusal}, exit ${hall.process.exitCode}`);
      });
    };
    await underLoad();
    await disturb(underLoad);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  } finally {
    isOver = true;
    hall.process.kill('SIGKILL');
    await Promise.all([exited, ...asking]);
  }
}

export function startHall({ folder, database, isShared = false }: Place): Promise<Started> {
  const args = [folder, ...(database === undefined ? [] : [database]), ...(isShared ? ['shared'] : [])];
  const process = fork(join(import.meta.dirname, 'hall-program.ts'), args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  process.stderr?.on('data', (chunk) => {
    appendFileSync('/tmp/dbg.txt', chunk);
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    process.once('message', (told: Omit<Started, 'process'>) => resolve({ process, ...told }));
    process.once('exit', () => reject(new Error(`the Hall did not start: ${stderr}`)));
  });
}

/** Again and again until it is over; what fails because the Hall is gone was not acknowledged. */
export async function repeat(isOver: () => boolean, act: () => Promise<unknown>): Promise<void> {
  while (!isOver()) await act().catch(() => {});
}

export const bearer = (key: string) => ({
  authorization: `Bearer ${key}`,
  'content-type': 'application/json',
});
let received = 0;

export async function ask({ url, tenants }: Started, index: number, known: Acknowledged): Promise<void> {
  received += 1;
  const tenant = index % 2;
  const isHold = index % 4 === 3;
  const path = index % 3 === 2 ? 'route' : 'dispatch';
  const body = JSON.stringify({
    capability_id: isHold ? 'cap.notify.send' : 'cap.doc.summarize',
    env: 'dev',
    data_label: 'PUBLIC',
    tenant_risk: 'low',
    qos_class: 'P2',
    tenant_id: tenant === 0 ? 'tenant-a' : 'tenant-b',
    correlation_id: `crash-${received}`,
    request: { received },
  });
  const response = await fetch(`${url}/wcp/${path}`, {
    method: 'POST',
    headers: bearer(tenants[tenant] as string),
    body,
  });
  const answer = (await response.json()) as Record<string, never>;
  if (response.status >= 400 && response.status !== 403) {
    known.refusal = JSON.stringify(answer);
    throw new Error(`the Hall refused: ${known.refusal}`);
  }
  if (path === 'route') return;
  const { receipt, outcome_receipt, decision } = answer as unknown as {
    receipt: Receipt;
    outcome_receipt: Receipt | null;
    decision: { pending_approval_id: string | null };
  };
  known.receipts.push(receipt, ...(outcome_receipt === null ? [] : [outcome_receipt]));
  if (decision.pending_approval_id !== null) known.holds.push(decision.pending_approval_id);
}

export async function approve({ url, steward }: Started, known: Acknowledged): Promise<void> {
  const headers = bearer(steward);
  const pending = await fetch(`${url}/wcp/approvals/pending?limit=20`, { headers });
  const { items } = (await pending.json()) as { items: { approval_id: string; mode: string }[] };
  const found = items[Math.floor(Math.random() * items.length)];
  if (found === undefined) return;
  known.tried.add(found.approval_id);
  const body = JSON.stringify({ approval_id: found.approval_id, resolution: 'approve' });
  const response = await fetch(`${url}/wcp/approvals/resolve`, { method: 'POST', headers, body });
  const answer = (await response.json()) as { receipt: Receipt; outcome_receipt: Receipt | null };
  if (response.status !== 200) return;
  known.approved.push(found.approval_id);
  known.receipts.push(answer.receipt, ...(answer.outcome_receipt === null ? [] : [answer.outcome_receipt]));
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyLog } from '@wcp/evidence';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { canonicalJson, type Receipt } from '@wcp/spec';
import { type Approval, readApproval } from '../../src/approval/approval.ts';
import type { Store, TableName, Tables } from '../../src/storage/store/store.ts';
import type { Acknowledged } from './load.ts';
import { COST, KEY_SEED, ORIGIN } from './names.ts';

/** What workers did, by the ids of the decisions, whatever their Halls said of it. */
interface Executions {
  /** Of workers that must not do a thing twice. */
  readonly once: readonly string[];
  /** Of workers that may. */
  readonly atLeastOnce: readonly string[];
}

/** Everything that is wrong with what killed Halls left, as sentences. */
export async function examine(store: Store, folder: string, known: Acknowledged): Promise<string[]> {
  const approvals = (await all(store, 'approvals')).map(readApproval);
  const receipts = (await all(store, 'receipts')).map(({ receipt }) => JSON.parse(receipt) as Receipt);
  const executions = { once: readExecutions(folder), atLeastOnce: [] };
  return [
    ...(await examineEvidence(store, known.receipts, executions)),
    ...wrongApprovals(approvals, receipts, known),
    ...wrongBudgets(receipts, await spentAmounts(store)),
  ];
}

async function spentAmounts(store: Store): Promise<ReadonlyMap<string, number>> {
  const rows = (await all(store, 'meta')).filter(({ state }) => state === 'budget');
  const read = rows.map(({ document }) => JSON.parse(document) as { budget_id: string; spent: number });
  return new Map(read.map(({ budget_id, spent }) => [budget_id, spent]));
}

/** Whatever ran has an outcome. A kill may leave a call counted that never came to be, and never one uncounted. */
function wrongBudgets(receipts: readonly Receipt[], spent: ReadonlyMap<string, number>): string[] {
  const ran = receipts.filter(({ kind }) => kind === 'outcome');
  const few = ran.filter(({ stream }) => stream === 'tenant-a').length;
  const counted = (id: string) => spent.get(id) ?? 0;
  return [
    ...(few > 25 ? [`${few} calls ran on a budget of 25`] : []),
    ...(few === 0 ? ['no call of tenant-a ran'] : []),
    ...(counted('few') < few ? [`${few} calls of tenant-a ran, and ${counted('few')} are counted`] : []),
    ...(counted('all') < ran.length ? [`${ran.length} calls ran, and ${counted('all')} are counted`] : []),
    ...(counted('cost') < COST * ran.length ? [`${ran.length} calls cost only ${counted('cost')}`] : []),
  ];
}

/** What is wrong with the evidence alone, given the receipts that somebody was told of. */
export async function examineEvidence(
  store: Store,
  acknowledged: readonly Receipt[],
  { once, atLeastOnce }: Executions,
): Promise<string[]> {
  const rows = await all(store, 'receipts');
  const receipts = rows.map(({ receipt }) => JSON.parse(receipt) as Receipt);
  return [
    ...(await brokenEvidence(store, receipts)),
    ...lostReceipts(new Set(rows.map(({ receipt }) => receipt)), acknowledged),
    ...positionsWithGaps(rows.map(({ position }) => position)),
    ...wrongOutcomes(receipts, (await all(store, 'dispatches')).length),
    ...wrongExecutions(receipts, [...once, ...atLeastOnce]),
    ...once.filter((id, index) => once.indexOf(id) !== index).map((id) => `${id} ran twice`),
  ];
}

async function all<T extends TableName>(store: Store, table: T): Promise<Tables[T][]> {
  return store.list(table, { limit: 10_000_000 });
}

function readExecutions(folder: string): string[] {
  const file = join(folder, 'executions.txt');
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
}

/** The chain, the signatures, and every checkpoint that was ever signed. */
async function brokenEvidence(store: Store, receipts: Receipt[]): Promise<string[]> {
  const { keyId, publicKey } = signingKeyFromSeed(KEY_SEED);
  const checkpoints = (await all(store, 'checkpoints')).map(({ note }) => note);
  const keys = { [keyId]: publicKey };
  const { findings } = verifyLog({ receipts, keys, checkpoints, origin: ORIGIN });
  return findings.map(({ index, code }) => `evidence ${index}: ${code}`);
}

function lostReceipts(kept: ReadonlySet<string>, acknowledged: readonly Receipt[]): string[] {
  return acknowledged
    .filter((receipt) => !kept.has(canonicalJson(receipt)))
    .map(({ receipt_id }) => `the receipt ${receipt_id} was acknowledged and is gone`);
}

function positionsWithGaps(positions: readonly number[]): string[] {
  return positions
    .filter((position, index) => position !== index)
    .map((position) => `a gap before ${position}`);
}

/** What a Hall decided to run ended exactly once, be it as unknown. */
function wrongOutcomes(receipts: readonly Receipt[], owed: number): string[] {
  const outcomes = new Map<string, number>();
  for (const { kind, decision_id } of receipts) {
    if (kind === 'outcome')
      outcomes.set(decision_id as string, (outcomes.get(decision_id as string) ?? 0) + 1);
  }
  const decided = new Set(
    receipts.filter(({ kind }) => kind === 'decision').map(({ decision_id }) => decision_id),
  );
  return [
    ...(owed === 0 ? [] : [`${owed} dispatches have no outcome`]),
    ...[...outcomes].filter(([, count]) => count !== 1).map(([id]) => `${id} has several outcomes`),
    ...[...outcomes].filter(([id]) => !decided.has(id)).map(([id]) => `${id} has an outcome and no decision`),
  ];
}

/** Nothing ran without a durable decision, and whatever ran has an outcome. */
function wrongExecutions(receipts: readonly Receipt[], executions: readonly string[]): string[] {
  const allowed = new Set(
    receipts
      .filter(({ kind, policy_decision }) => kind === 'decision' && policy_decision === 'ALLOW')
      .map(({ decision_id }) => decision_id),
  );
  const ended = new Set(
    receipts.filter(({ kind }) => kind === 'outcome').map(({ decision_id }) => decision_id),
  );
  return [
    ...executions.filter((id) => !allowed.has(id)).map((id) => `${id} ran without a durable decision`),
    ...executions.filter((id) => !ended.has(id)).map((id) => `${id} ran and has no outcome`),
  ];
}

function wrongApprovals(
  approvals: readonly Approval[],
  receipts: readonly Receipt[],
  known: Acknowledged,
): string[] {
  const byId = new Map(approvals.map((approval) => [approval.approval_id, approval]));
  const granted = new Map<string, number>();
  for (const { kind, decision_id, policy_decision } of receipts) {
    if (kind !== 'approval' || policy_decision !== 'ALLOW') continue;
    granted.set(decision_id as string, (granted.get(decision_id as string) ?? 0) + 1);
  }
  return [
    ...known.holds.filter((id) => !byId.has(id)).map((id) => `the hold ${id} is lost`),
    ...known.approved
      .filter((id) => byId.get(id)?.state !== 'approved')
      .map((id) => `the approval ${id} is lost`),
    ...[...granted].filter(([, count]) => count > 1).map(([id]) => `${id} was approved twice`),
    ...approvals
      .filter(({ approval_id, state }) => (state === 'approved') !== granted.has(approval_id))
      .map(({ approval_id, state }) => `${approval_id} is ${state} and its receipt says otherwise`),
    ...approvals
      .filter(({ approval_id, state }) => state === 'pending' && known.approved.includes(approval_id))
      .map(({ approval_id }) => `${approval_id} waits although it was approved`),
  ];
}

import { type Sha256, WcpError } from '@wcp/spec';
import { readArchiveState } from '../archive/archive-state.ts';
import { Sweep } from '../archive/sweep.ts';
import { checkLedger } from '../ledger/ledger.ts';
import type { LedgerIdentity } from '../ledger/ledger-identity.ts';
import type { Change, Store, TableName } from '../store/store.ts';
import { TABLES } from '../store/tables.ts';
import { checkCopy } from './check-copy.ts';
import type { IncomingStore } from './incoming-store.ts';
import { readTables } from './read-tables.ts';

/** Which part of a transfer is under way; until `completed`, no Hall opens the copy. */
export type TransferStep = 'copying' | 'checking' | 'completed';

/** What was moved. */
export interface Transferred {
  /** How many receipts the log has, and the root over them. */
  readonly size: number;
  readonly root: Sha256;
  /** The rows of each table. */
  readonly tables: Readonly<Record<TableName, number>>;
}

/**
 * Copies everything that a store holds into another one, row by row with the codes that vouch for them, checks all of
 * the copy, and only then lets a Hall open it. The store itself stays as it is.
 *
 * @param report called with how many rows of a step are done, of how many
 * @throws {WcpError} `ERR_WCP_STORE_TAMPERED`, `ERR_WCP_STORE`, `ERR_WCP_LOG_KEY`: the copy stays incomplete then
 */
export async function transferStore(
  source: Store,
  target: IncomingStore,
  identity: LedgerIdentity,
  report: (step: TransferStep, done: number, of: number) => void = () => {},
): Promise<Transferred> {
  const { sealed, frontier, mac } = await checkLedger(source, identity);
  // What an interrupted archiving left is removed first, as a start of the Hall would.
  const archived = (await readArchiveState(sealed))?.size ?? 0;
  if (archived > 0) await new Sweep(sealed, archived).finish();
  const of = await countRows(source);
  const counter = (step: TransferStep) => {
    let done = 0;
    return (rows: number) => {
      done += rows;
      report(step, done, of);
    };
  };
  const copying = counter('copying');
  const copied = await readTables(source, mac, async (table, rows) => {
    await target.commit(rows.map((row) => ({ put: table, row }) as Change));
    copying(rows.length);
  });
  const { size, root } = await checkCopy(target, identity, copied, counter('checking'));
  if (size !== frontier.size || root !== frontier.root()) throw changedMeanwhile();
  await target.complete();
  report('completed', of, of);
  const tables = Object.entries(copied).map(([table, { rows }]) => [table, rows]);
  return { size, root, tables: Object.fromEntries(tables) };
}

async function countRows(store: Store): Promise<number> {
  let total = 0;
  for (const table of Object.keys(TABLES) as TableName[]) total += await store.count(table);
  return total;
}

function changedMeanwhile(): WcpError {
  const message = 'The store was changed while it was copied. Stop every Hall that uses it, and try again.';
  return new WcpError('ERR_WCP_STORE', message);
}

import { MerkleFrontier } from '@wcp/evidence/log';
import { type Sha256, WcpError } from '@wcp/spec';
import { readArchiveState } from '../archive/archive-state.ts';
import { isWithoutText } from '../archive/archived-store.ts';
import { isRowOfReceipt } from '../ledger/check-tail.ts';
import { checkLedger } from '../ledger/ledger.ts';
import type { LedgerIdentity } from '../ledger/ledger-identity.ts';
import { rowTampered } from '../seal/store-tampered.ts';
import type { ReceiptRow, Store, TableName } from '../store/store.ts';
import { readTables, type TableSumsByName } from './read-tables.ts';

/** The log of a store that was checked whole. */
export interface CheckedCopy {
  readonly size: number;
  readonly root: Sha256;
}

/**
 * Checks a copy as a Hall checks its store when it opens it, and then the rest: the code of every row, that the tables
 * hold the same rows as those that were copied, and that the receipts are the leaves of the tree.
 *
 * @param report called with the rows of a table that were just checked
 * @throws {WcpError} `ERR_WCP_STORE_TAMPERED`, `ERR_WCP_STORE`, `ERR_WCP_LOG_KEY`: it is no copy then
 */
export async function checkCopy(
  copy: Store,
  identity: LedgerIdentity,
  copied: TableSumsByName,
  report: (rows: number) => void,
): Promise<CheckedCopy> {
  const { sealed, frontier, mac } = await checkLedger(copy, identity);
  while (sealed.pending.length > 0) await sealed.scan();
  const archived = (await readArchiveState(sealed))?.size ?? 0;
  const tree = new MerkleFrontier();
  const found = await readTables(copy, mac, (table, rows) => {
    if (table === 'receipts') addLeaves(tree, rows as readonly ReceiptRow[], archived);
    report(rows.length);
  });
  for (const table of Object.keys(copied) as TableName[]) {
    const count = await copy.count(table);
    const isSame = found[table].codes === copied[table].codes && count === copied[table].rows;
    if (!isSame) throw differs(`the table ${table} does not hold the rows that were copied`);
  }
  if (tree.root() !== frontier.root()) throw differs('its receipts are not the leaves of its tree');
  return { size: tree.size, root: tree.root() };
}

function addLeaves(tree: MerkleFrontier, rows: readonly ReceiptRow[], archived: number): void {
  for (const row of rows) {
    const isWhole = row.position < archived ? isWithoutText(row) : isRowOfReceipt(row);
    if (row.position !== tree.size || !isWhole) throw rowTampered({ table: 'receipts', key: row.position });
    tree.appendHash(row.leaf);
  }
}

function differs(what: string): WcpError {
  return new WcpError('ERR_WCP_STORE_TAMPERED', `The copy is not the store: ${what}. It is not used.`);
}

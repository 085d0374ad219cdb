import type { Key, Store, TableName, Tables } from '../store/store.ts';
import { rowTampered } from './store-tampered.ts';

/**
 * A row that was stored together with something that is there, and that no Hall ever removes.
 *
 * @throws {WcpError} `ERR_WCP_STORE_TAMPERED` where it is missing
 */
export async function rowThere<T extends TableName>(store: Store, table: T, key: Key): Promise<Tables[T]> {
  const row = await store.get(table, key);
  if (row === null) throw rowTampered({ table, key });
  return row;
}

/**
 * The receipt of a decision that was made.
 *
 * @throws {WcpError} `ERR_WCP_STORE_TAMPERED` where it is missing
 */
export async function decisionReceiptOf(store: Store, decision_id: string): Promise<Tables['receipts']> {
  const rows = await store.list('receipts', { where: { decision_id } });
  const row = rows.find(({ kind }) => kind === 'decision');
  if (row === undefined) throw rowTampered({ table: 'receipts', key: decision_id });
  return row;
}

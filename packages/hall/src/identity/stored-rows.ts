import { WcpError } from '@wcp/spec';
import { parseJson } from '@wcp/spec/json';
import type { StatefulRow, Store } from '../storage/store/store.ts';
import { type Form, readForm } from './read-form.ts';

/** The tables of this folder. */
type IdentityTable = 'api_keys' | 'issuers';

const PAGE = 500;

/** Every row of a table. */
export async function listRows(store: Store, table: IdentityTable): Promise<StatefulRow[]> {
  const rows: StatefulRow[] = [];
  for (;;) {
    const last = rows.at(-1);
    const page = await store.list(table, { limit: PAGE, ...(last === undefined ? {} : { after: last.id }) });
    rows.push(...page);
    if (page.length < PAGE) return rows;
  }
}

/**
 * The document of a row. A Hall that cannot read its keys and issuers does not open.
 *
 * @throws {WcpError} `ERR_WCP_STORE` for a row that was not written by this Hall
 */
export function readRow<T>(form: Form<T>, table: IdentityTable, row: StatefulRow): T {
  try {
    return readForm(form, parseJson(row.document));
  } catch {
    throw brokenRow(table);
  }
}

/** The error of a damaged row. */
export function brokenRow(table: IdentityTable): WcpError {
  return new WcpError('ERR_WCP_STORE', `A row of ${table} is damaged. Restore the store from a backup.`);
}

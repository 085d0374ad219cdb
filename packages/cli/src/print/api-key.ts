import type { ApiKey } from '../client/wire.ts';
import type { Colours } from '../terminal.ts';
import { escaped, rows } from './layout.ts';
import { tableText } from './table.ts';

/** Keys, one on a line. */
export function keyListText(keys: readonly ApiKey[], { bold }: Colours): string {
  if (keys.length === 0) return 'There is no key.\n';
  const lines = keys.map(({ key_id, state, roles, tenant_id, authority, expires_at, label }) => [
    key_id,
    state,
    roles.join(', '),
    tenant_id ?? authority,
    expires_at,
    label,
  ]);
  return tableText(['key', 'state', 'roles', 'speaks for', 'expires', 'label'], lines, bold);
}

/** One key. */
export function keyText({ key_id, state, roles, tenant_id, authority, expires_at, label }: ApiKey): string {
  return rows([
    ['key', key_id],
    ['label', escaped(label)],
    ['state', state],
    ['roles', roles.join(', ')],
    ['speaks for', tenant_id ?? authority],
    ['expires', expires_at],
  ]);
}

/** A key that was made, with its text, which is shown this once. */
export function issuedKeyText(key: ApiKey & { readonly key: string }): string {
  return `${keyText(key)}The key itself, shown this once:\n${escaped(key.key)}\n`;
}

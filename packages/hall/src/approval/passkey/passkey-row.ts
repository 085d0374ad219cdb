import { sha256, WcpError } from '@wcp/spec';
import type { Passkey as ShownPasskey } from '@wcp/spec/hall';
import { z } from 'zod';
import type { StatefulRow, Store } from '../../storage/store/store.ts';

const STATE = 'passkey';
const PREFIX = 'passkey:';
const PAGE = 500;

const form = z.strictObject({
  passkey_id: z.string().min(1),
  principal_id: z.string().min(1),
  label: z.string(),
  is_synced: z.boolean(),
  created_at: z.string(),
  used_at: z.string().nullable(),
  credential_id: z.string().min(1),
  /** COSE, in base64url. */
  public_key: z.string().min(1),
  counter: z.int().min(0),
});

/** A passkey as it is stored. */
export type Passkey = z.infer<typeof form>;

/** The id under which a credential is shown and removed: its own may be over a thousand characters long. */
export function passkeyId(credentialId: string): string {
  return sha256(credentialId).slice('sha256:'.length, 'sha256:'.length + 32);
}

/** Without what only a check of an assertion needs. */
export function shownPasskey(passkey: Passkey): ShownPasskey {
  const { credential_id: _, public_key: __, counter: ___, ...shown } = passkey;
  return shown;
}

/** The row of a passkey; like every row of the store, it is sealed. */
export function passkeyRow(passkey: Passkey): StatefulRow {
  const { passkey_id, created_at } = passkey;
  return {
    id: `${PREFIX}${passkey_id}`,
    state: STATE,
    at: created_at,
    document: JSON.stringify(passkey),
  };
}

/** The key of the row of a passkey. */
export function passkeyKey(id: string): string {
  return `${PREFIX}${id}`;
}

/** Whether a row of the table `meta` is one of a passkey. */
export function isPasskeyKey(key: string): boolean {
  return key.startsWith(PREFIX);
}

/** Every passkey of a store. @throws {WcpError} `ERR_WCP_STORE` for a row that this Hall did not write */
export async function loadPasskeys(store: Store): Promise<readonly Passkey[]> {
  const found: Passkey[] = [];
  for (let after = ''; ; ) {
    const rows = await store.list('meta', { where: { state: STATE }, after, limit: PAGE });
    found.push(...rows.map(readPasskey));
    if (rows.length < PAGE) return found;
    after = rows.at(-1)?.id ?? '';
  }
}

function readPasskey({ document }: StatefulRow): Passkey {
  try {
    return form.parse(JSON.parse(document));
  } catch (cause) {
    const message = 'A row of a passkey is damaged. Restore the store from a backup.';
    throw new WcpError('ERR_WCP_STORE', message, { cause });
  }
}

import type { KeyObject } from 'node:crypto';
import type { Role } from '@wcp/spec/hall';
import { z } from 'zod';
import type { StatefulRow } from '../../storage/store/store.ts';
import { authority, checkRoles, opaqueId, roles, tenantId } from '../identity-members.ts';
import type { Form } from '../read-form.ts';
import { brokenRow, readRow } from '../stored-rows.ts';
import { ed25519Key } from './ed25519-key.ts';
import { checkKids, type KeySet, keySet } from './key-set.ts';

/** A trusted signer of credentials, and whom it may sign for. */
export interface Issuer {
  /** The `iss` of its credentials. */
  readonly issuer: string;
  readonly tenant_id: string | null;
  readonly authority: string | null;
  /** The roles that its credentials may grant, and grant where they name none. */
  readonly roles: readonly Role[];
  readonly keys: KeySet;
}

/** The body of an issuer. */
export const ISSUER_FORM: Form<Issuer> = {
  schema: z.strictObject(
    { issuer: opaqueId('An issuer'), tenant_id: tenantId, authority, roles, keys: keySet },
    'The body must be a JSON object.',
  ),
  rules: [checkRoles, checkKids],
};

/** Whether a Hall trusts an issuer. The row of a removed one stays. */
type IssuerState = 'active' | 'removed';
const STATES: readonly string[] = ['active', 'removed'] satisfies IssuerState[];

/** The row of an issuer. */
export function issuerRow(issuer: Issuer, state: IssuerState, at: Date): StatefulRow {
  return { id: issuer.issuer, state, at: at.toISOString(), document: JSON.stringify(issuer) };
}

/** @throws {WcpError} `ERR_WCP_STORE` for a row that {@link issuerRow} did not write */
export function readIssuerRow(row: StatefulRow): Issuer {
  const issuer = readRow(ISSUER_FORM, 'issuers', row);
  if (issuer.issuer !== row.id || !STATES.includes(row.state)) throw brokenRow('issuers');
  return issuer;
}

/** An issuer with its keys imported. */
export class TrustedIssuer {
  readonly issuer: Issuer;
  readonly #keys: ReadonlyMap<unknown, KeyObject>;

  constructor(issuer: Issuer) {
    this.issuer = issuer;
    this.#keys = new Map(issuer.keys.keys.map(({ kid, x }) => [kid, ed25519Key(x)]));
  }

  /** The key with a `kid`, or the only key where none is named; undefined where there is no such key. */
  key(kid: unknown): KeyObject | undefined {
    if (kid !== undefined) return this.#keys.get(kid);
    return this.#keys.size === 1 ? [...this.#keys.values()][0] : undefined;
  }
}

import type { Finding } from '@wcp/spec';
import { isTime } from '@wcp/spec/document';
import type { Role } from '@wcp/spec/hall';
import { z } from 'zod';
import type { StatefulRow } from '../../storage/store/store.ts';
import { authority, checkRoles, label, roles, tenantId, time } from '../identity-members.ts';
import type { Form } from '../read-form.ts';
import { brokenRow, readRow } from '../stored-rows.ts';

/** Whether a key is valid: a `retiring` one is, until the grace period of its rotation ends. */
type KeyState = 'active' | 'retiring' | 'revoked' | 'expired';

/** An API key as an admin sees it: nothing of its secret. */
export interface ApiKey {
  readonly key_id: string;
  readonly label: string;
  readonly roles: readonly Role[];
  readonly tenant_id: string | null;
  readonly authority: string | null;
  /** Its principal; the successor of a rotated key has the same one. */
  readonly principal_id: string;
  readonly state: KeyState;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  /** The key that it was rotated to. */
  readonly replaced_by: string | null;
}

/** What is stored of a key. */
export interface KeyDocument extends Omit<ApiKey, 'key_id' | 'state'> {
  /** The SHA-256 of the secret, hexadecimal. */
  readonly secret_hash: string;
}

/** What a new key is made from. */
type KeyRequest = Pick<ApiKey, 'label' | 'roles' | 'tenant_id' | 'authority' | 'expires_at'>;

const MAX_GRACE = 30 * 86_400;
const DEFAULT_GRACE = 3600;
const GRACE_FORM = `grace_seconds must be an integer from 0 to ${MAX_GRACE}.`;
const stored = (pattern: RegExp) => z.string().regex(pattern);
const request = { label, roles, tenant_id: tenantId, authority, expires_at: time.nullable().default(null) };

/** Made once: zod compiles a schema at its first use, which takes longer than all else of a new key. */
const REQUEST_SCHEMA: z.ZodType<KeyRequest> = z.strictObject(request, 'The body must be a JSON object.');

/** The body that creates a key, at a time. */
export function keyRequestForm(now: Date): Form<KeyRequest> {
  return { schema: REQUEST_SCHEMA, rules: [checkRoles, (json) => checkExpiry(json, now)] };
}

/** The body of a rotation. */
export const ROTATION_FORM: Form<{ readonly grace_seconds: number }> = {
  schema: z.strictObject(
    {
      grace_seconds: z.int(GRACE_FORM).min(0, GRACE_FORM).max(MAX_GRACE, GRACE_FORM).default(DEFAULT_GRACE),
    },
    'The body must be a JSON object.',
  ),
  rules: [],
};

const STORED_FORM: Form<KeyDocument> = {
  schema: z.strictObject({
    ...request,
    principal_id: stored(/^key:[a-z0-9]{12}$/),
    created_at: time,
    revoked_at: time.nullable(),
    replaced_by: stored(/^[a-z0-9]{12}$/).nullable(),
    secret_hash: stored(/^[0-9a-f]{64}$/),
  }),
  rules: [checkRoles],
};

function checkExpiry(json: unknown, now: Date): Finding[] {
  const expires = (json as { expires_at?: unknown } | null)?.expires_at;
  if (typeof expires !== 'string' || !(Date.parse(expires) <= now.getTime()) || !isTime(expires)) return [];
  const message = 'expires_at is in the past.';
  return [{ path: '/expires_at', code: 'INVALID_VALUE', message }];
}

/** The state of a key at a time; at the instant of `expires_at` it is no longer valid. */
export function keyState({ revoked_at, expires_at, replaced_by }: KeyDocument, now: Date): KeyState {
  if (revoked_at !== null) return 'revoked';
  if (expires_at !== null && !(now.getTime() < Date.parse(expires_at))) return 'expired';
  return replaced_by === null ? 'active' : 'retiring';
}

/** What is shown of a key, member by member, so that a new member of the document stays hidden. */
export function showKey(id: string, document: KeyDocument, now: Date): ApiKey {
  return {
    key_id: id,
    label: document.label,
    roles: [...document.roles],
    tenant_id: document.tenant_id,
    authority: document.authority,
    principal_id: document.principal_id,
    state: keyState(document, now),
    created_at: document.created_at,
    expires_at: document.expires_at,
    revoked_at: document.revoked_at,
    replaced_by: document.replaced_by,
  };
}

/** The row of a key. Expiry depends on time alone and is not a state of the row. */
export function keyRow(id: string, document: KeyDocument): StatefulRow {
  return { id, state: rowState(document), at: document.created_at, document: JSON.stringify(document) };
}

/** @throws {WcpError} `ERR_WCP_STORE` for a row that {@link keyRow} did not write */
export function readKeyRow(row: StatefulRow): KeyDocument {
  const document = readRow(STORED_FORM, 'api_keys', row);
  if (row.state !== rowState(document)) throw brokenRow('api_keys');
  return document;
}

function rowState({ revoked_at, replaced_by }: KeyDocument): string {
  if (revoked_at !== null) return 'revoked';
  return replaced_by === null ? 'active' : 'retiring';
}

import type { Role } from '@wcp/spec/hall';
import type { Identity } from '../../identity/identity.ts';

/** An API key that was created; its text is nowhere else. */
export interface CreatedKey {
  readonly label: string;
  readonly role: Role;
  readonly tenant_id: string | null;
  readonly key_id: string;
  readonly key: string;
}

/** A key to be created. */
interface InitialKey extends Pick<CreatedKey, 'label' | 'role' | 'tenant_id'> {
  /** Its lifetime in milliseconds (default: until it is revoked). */
  readonly lives_ms?: number;
}

/** The tenant of the example. */
const TENANT = 'agent.example';

const FIRST: readonly InitialKey[] = [
  { label: 'first admin', role: 'admin', tenant_id: null },
  { label: 'first tenant', role: 'tenant', tenant_id: TENANT },
  { label: 'first steward', role: 'steward', tenant_id: null },
];

/** Keys that an operator can have created when a Hall starts. */
const MORE = {
  /** To try the Hall with: valid for a day. */
  trial: { label: 'for a day', role: 'tenant', tenant_id: TENANT, lives_ms: 86_400_000 },
  /** For an operator who has lost the others. */
  admin: { label: 'another admin', role: 'admin', tenant_id: null },
} as const satisfies Readonly<Record<string, InitialKey>>;

/** One of the keys that can be created beside the first ones. */
export type NewKey = keyof typeof MORE;

/**
 * Creates the first keys of a Hall without any. Each is added to `made` once it is durable: its text cannot be
 * shown later.
 */
export async function createInitialKeys(identity: Identity, made: CreatedKey[]): Promise<void> {
  for (const wanted of FIRST) made.push(await makeKey(identity, wanted, 0));
}

/** Creates more keys, each added to `made`. */
export async function createKeys(
  identity: Identity,
  wanted: readonly NewKey[],
  now: number,
  made: CreatedKey[],
): Promise<void> {
  for (const name of wanted) made.push(await makeKey(identity, MORE[name], now));
}

async function makeKey({ keys }: Identity, wanted: InitialKey, now: number): Promise<CreatedKey> {
  const { label, role, tenant_id, lives_ms } = wanted;
  const expires_at = lives_ms === undefined ? null : new Date(now + lives_ms).toISOString();
  const { key_id, key } = await keys.create({ label, roles: [role], tenant_id, expires_at });
  return { label, role, tenant_id, key_id, key };
}

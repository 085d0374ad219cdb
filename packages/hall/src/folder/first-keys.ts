import type { Identity } from '../identity/identity.ts';
import type { Role } from '../identity/principal.ts';

/** An API key that was made; its text is nowhere else. */
export interface MadeKey {
  readonly label: string;
  readonly role: Role;
  readonly tenant_id: string | null;
  readonly key_id: string;
  readonly key: string;
}

/** The tenant of the example. */
const TENANT = 'agent.example';
const DAY_MS = 86_400_000;
const FIRST: readonly Pick<MadeKey, 'label' | 'role' | 'tenant_id'>[] = [
  { label: 'first admin', role: 'admin', tenant_id: null },
  { label: 'first tenant', role: 'tenant', tenant_id: TENANT },
  { label: 'first steward', role: 'steward', tenant_id: null },
];

/** Makes the keys that a Hall without any begins with. */
export async function makeFirstKeys(identity: Identity): Promise<MadeKey[]> {
  const made: MadeKey[] = [];
  for (const wanted of FIRST) made.push(await makeKey(identity, wanted, null));
  return made;
}

/** Makes a key for the tenant of the example that opens for a day. */
export function makeTrialKey(identity: Identity, now: number): Promise<MadeKey> {
  const expires_at = new Date(now + DAY_MS).toISOString();
  return makeKey(identity, { label: 'for a day', role: 'tenant', tenant_id: TENANT }, expires_at);
}

async function makeKey(
  { keys }: Identity,
  { label, role, tenant_id }: (typeof FIRST)[number],
  expires_at: string | null,
): Promise<MadeKey> {
  const { key_id, key } = await keys.create({ label, roles: [role], tenant_id, expires_at });
  return { label, role, tenant_id, key_id, key };
}

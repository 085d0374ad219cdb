import { checkId, type Finding } from '@wcp/spec';
import { isTime } from '@wcp/spec/document';
import { ROLES, type Role } from '@wcp/spec/hall';
import { z } from 'zod';

const OPAQUE = /^[A-Za-z0-9._:@/-]{1,128}$/;
const ROLES_FORM = `roles must be a list of one or more of ${ROLES.join(', ')}, without repetition.`;
const AUTHORITY_FORM = 'authority must be a namespace such as org.acme, or null.';
const TIME_FORM = 'A time must be written like 2026-01-31T12:00:00Z (RFC 3339, UTC).';
const LABEL_FORM = 'label must have 1 to 100 characters and no control characters.';

/** An id as section 2 defines it, opaque to the Hall. */
export function opaqueId(what: string) {
  const form = `${what} must have 1 to 128 characters of A-Z a-z 0-9 . _ : @ / -`;
  return z.string(form).regex(OPAQUE, form);
}

/** The operator's name for a key. */
export const label = z.string(LABEL_FORM).regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u, LABEL_FORM);
export const time = z.string(TIME_FORM).refine(isTime, TIME_FORM);
export const roles = z
  .array(z.enum(ROLES, ROLES_FORM), ROLES_FORM)
  .min(1, ROLES_FORM)
  .refine((list) => new Set(list).size === list.length, ROLES_FORM);
export const tenantId = opaqueId('A tenant_id').nullable().default(null);
export const authority = z
  .string(AUTHORITY_FORM)
  .refine((text) => checkId(text, 'authority').valid, AUTHORITY_FORM)
  .nullable()
  .default(null);

interface RoleScope {
  readonly role: Role;
  readonly member: 'tenant_id' | 'authority';
  readonly message: string;
}

/** Roles that act for a tenant or an authority, which must then be named. */
const ROLE_SCOPES: readonly RoleScope[] = [
  { role: 'tenant', member: 'tenant_id', message: 'The role tenant needs a tenant_id.' },
  {
    role: 'worker-owner',
    member: 'authority',
    message: 'The role worker-owner needs an authority.',
  },
  { role: 'worker', member: 'authority', message: 'The role worker needs an authority.' },
];

/** A rule over several members: some roles need a tenant or an authority. */
export function checkRoles(json: unknown): Finding[] {
  const body = Object(json) as Readonly<Record<string, unknown>>;
  const list = Array.isArray(body['roles']) ? body['roles'] : [];
  return ROLE_SCOPES.filter(({ role, member }) => list.includes(role) && (body[member] ?? null) === null).map(
    ({ member, message }) => ({ path: `/${member}`, code: 'MISSING_MEMBER', message }),
  );
}

import { checkId, type Finding } from '@wcp/spec';
import { isTime } from '@wcp/spec/document';
import { z } from 'zod';
import { ROLES, type Role } from './principal.ts';

const OPAQUE = /^[A-Za-z0-9._:@/-]{1,128}$/;
const ROLES_FORM = `Roles are a list of at least one of ${ROLES.join(', ')}, each once.`;
const AUTHORITY_FORM = 'An authority is a namespace such as org.acme, or null.';
const TIME_FORM = 'A time is written as in 2026-01-31T12:00:00Z: RFC 3339, UTC.';
const LABEL_FORM = 'A label is a text of 1 to 100 characters, none of them a control character.';

/** An id as section 2 has it, that means nothing to the Hall. */
export function opaqueId(what: string) {
  const form = `${what} is 1 to 128 characters of A-Z a-z 0-9 . _ : @ / -`;
  return z.string(form).regex(OPAQUE, form);
}

/** What an operator calls a key. */
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

interface Need {
  readonly role: Role;
  readonly member: 'tenant_id' | 'authority';
  readonly message: string;
}

/** Whom some roles speak for. */
const NEEDS: readonly Need[] = [
  { role: 'tenant', member: 'tenant_id', message: 'The role tenant needs the tenant_id that it speaks for.' },
  {
    role: 'worker-owner',
    member: 'authority',
    message: 'The role worker-owner needs the authority that it speaks for.',
  },
];

/** A rule over several members: a role comes with whom it speaks for. */
export function checkRoles(json: unknown): Finding[] {
  const body = Object(json) as Readonly<Record<string, unknown>>;
  const list = Array.isArray(body['roles']) ? body['roles'] : [];
  return NEEDS.filter(({ role, member }) => list.includes(role) && (body[member] ?? null) === null).map(
    ({ member, message }) => ({ path: `/${member}`, code: 'MISSING_MEMBER', message }),
  );
}

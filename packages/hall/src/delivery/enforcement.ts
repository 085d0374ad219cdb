import { ENFORCED_MEMBERS, type Enforcement } from '@wcp/spec/document';

/**
 * Nothing of its envelope is enforced by this Hall: the worker runs elsewhere, or in the Hall's own process, and is
 * trusted to keep to its record.
 */
export const DECLARED_ENFORCEMENT: Enforcement = Object.fromEntries(
  ENFORCED_MEMBERS.map((member) => [member, { level: 'declared', by: null }]),
) as Enforcement;

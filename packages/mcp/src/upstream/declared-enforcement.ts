import { ENFORCED_MEMBERS, type Enforcement } from '@wcp/spec/document';

/** Nothing of an envelope is enforced here: the server is trusted to keep to it. */
export const DECLARED_ENFORCEMENT: Enforcement = Object.fromEntries(
  ENFORCED_MEMBERS.map((member) => [member, { level: 'declared', by: null }]),
) as Enforcement;

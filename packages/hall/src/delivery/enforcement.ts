import { ENFORCED_MEMBERS, type Enforcement } from '@wcp/spec/document';
import type { Containment } from './delivery.ts';

/**
 * Nothing of its envelope is enforced by this Hall: the worker runs elsewhere, or in the Hall's own process, and is
 * trusted to keep to its record.
 */
export const DECLARED_ENFORCEMENT: Enforcement = Object.fromEntries(
  ENFORCED_MEMBERS.map((member) => [member, { level: 'declared', by: null }]),
) as Enforcement;

/** The containment of a worker that runs elsewhere or in the Hall's own process. */
export const DECLARED: Containment = { state: 'declared', enforcement: DECLARED_ENFORCEMENT, message: null };

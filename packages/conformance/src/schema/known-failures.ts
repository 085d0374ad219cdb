import { type Static, Type } from 'typebox';
import { caseId, closed } from './common.ts';

const KnownFailureSchema = closed({ id: caseId, reason: Type.String({ pattern: '\\S' }) });

/** The list of known failures that a port keeps (WCP-11-46). */
export const KnownFailuresSchema = Type.Array(KnownFailureSchema, {
  title: 'KnownFailures',
  description: 'Cases that a port is known to fail, each with the reason (WCP section 11.3).',
});

/** A case that a port is known to fail, and why (WCP-11-46). */
export type KnownFailure = Static<typeof KnownFailureSchema>;

import { type Static, Type } from 'typebox';
import { caseId, closed, listOf } from './common.ts';

/**
 * Which cases each level requires, frozen at a release (WCP-11-45). A case stands once, under the
 * lowest level that requires it; a level requires its own cases and those of the levels before it.
 */
export const RequirementsSchema = closed(
  {
    revision: Type.String({ pattern: '^[0-9]+\\.[0-9]+$' }),
    levels: closed({ basic: listOf(caseId), standard: listOf(caseId), full: listOf(caseId) }),
  },
  { title: 'Requirements', description: 'The cases that each level requires (WCP section 11).' },
);

/** Which cases each level adds to the one before it (WCP-11-45). */
export type Requirements = Static<typeof RequirementsSchema>;

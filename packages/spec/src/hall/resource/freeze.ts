import { Type } from 'typebox';
import { closed, nullable } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import type { Wire } from '../documents.ts';
import { FREEZE_SCOPES } from '../freeze-scopes.ts';
import { LOOKUP_PROBLEMS, type Operation, pageOf, text, USUAL_PROBLEMS } from '../operation.ts';
import { OVERSEERS } from '../roles.ts';

const FreezeSchema = closed(
  {
    scope: Type.Enum([...FREEZE_SCOPES]),
    value: nullable(text),
    tenant_id: nullable(text),
    reason: text,
    frozen_at: text,
    frozen_by: text,
  },
  { title: 'Freeze', description: 'Stops every decision within its scope.' },
);
const target = {
  scope: Type.Enum([...FREEZE_SCOPES]),
  value: Type.Optional(
    nullable(Type.String({ minLength: 1, maxLength: 128, description: 'The tenant or the correlation.' })),
  ),
  tenant_id: Type.Optional(
    nullable(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description: 'With the scope correlation: the tenant that the correlation id belongs to.',
      }),
    ),
  ),
};

/** Freezes (section 5, step 3). */
export const FREEZE_OPERATIONS = {
  listFreezes: {
    ...ENDPOINTS.listFreezes,
    summary: 'The freezes that are in force',
    access: OVERSEERS,
    answers: { 200: pageOf(FreezeSchema) },
    problems: USUAL_PROBLEMS,
  },
  freeze: {
    ...ENDPOINTS.freeze,
    summary: 'Stop every decision of the Hall, of a tenant or of a correlation of one tenant',
    access: ['steward', 'admin'],
    body: closed({ ...target, reason: Type.String({ minLength: 1, maxLength: 2000 }) }),
    answers: { 200: FreezeSchema },
    problems: USUAL_PROBLEMS,
  },
  release: {
    ...ENDPOINTS.release,
    summary: 'Release a freeze',
    access: ['steward', 'admin'],
    body: closed(target),
    answers: { 200: FreezeSchema },
    problems: LOOKUP_PROBLEMS,
  },
} satisfies Readonly<Record<string, Operation>>;

/** Stops every decision within its scope until it is released. */
export type Freeze = Wire<typeof FreezeSchema>;

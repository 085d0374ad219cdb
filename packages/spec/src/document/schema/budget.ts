import { type Static, Type } from 'typebox';
import { closed, id, OPAQUE_ID_PATTERN, opaqueId } from './common.ts';

const amount = (minimum: number) => Type.Integer({ minimum, maximum: Number.MAX_SAFE_INTEGER });
/** Every one, each counted by itself. */
const each = Type.Enum(['*']);

/** A tenant id, or `*` for every tenant. */
export const TENANT_OR_ANY_PATTERN = `^(?:\\*|${OPAQUE_ID_PATTERN.slice(1, -1)})$`;

const common = {
  budget_id: opaqueId(),
  scope: closed({
    tenant_id: Type.Optional(Type.String({ pattern: TENANT_OR_ANY_PATTERN })),
    capability_id: Type.Optional(Type.Union([each, id('capability')])),
    worker_id: Type.Optional(Type.Union([each, id('worker')])),
  }),
  limit: amount(0),
  window_seconds: Type.Integer({ minimum: 1, maximum: 31_536_000 }),
};

/** How much may be spent within a window of time (section 5.12). A proposal: its names begin with `x.`. */
export const BudgetSchema = Type.Union([
  closed({ ...common, unit: Type.Literal('calls') }),
  closed({ ...common, unit: Type.Literal('blast') }),
  closed({ ...common, unit: Type.Literal('cost'), reserve: amount(1) }),
]);

/** What was spent under each key of each budget (section 5.12). */
export const SpentSchema = Type.Object(
  {},
  { additionalProperties: Type.Object({}, { additionalProperties: amount(0) }) },
);

/** A budget that a request would exceed, with what is left of it (section 5.12). */
export const BudgetShortageSchema = closed({
  budget_id: opaqueId(),
  unit: Type.Enum(['calls', 'blast', 'cost']),
  limit: amount(0),
  spent: amount(0),
  remaining: amount(0),
  needed: amount(0),
  resets_in_seconds: amount(1),
});

/** How much may be spent within a window of time (section 5.12). */
export type Budget = Static<typeof BudgetSchema>;
/** What was spent: an amount under each key of each budget (section 5.12). */
export interface Spent {
  readonly [budget_id: string]: { readonly [key: string]: number };
}
/** A budget that a request would exceed, with what is left of it (section 5.12). */
export type BudgetShortage = Static<typeof BudgetShortageSchema>;

import { Type } from 'typebox';
import { closed, nullable } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import type { Wire } from '../documents.ts';
import { type Operation, text } from '../operation.ts';

const DiagnosticSchema = closed({ level: text, code: text, path: text, message: text });
const HealthSchema = closed(
  {
    status: Type.Enum(['ok', 'degraded']),
    level: nullable(text),
    missing: Type.Array(closed({ level: text, reason: text })),
    is_open: Type.Boolean(),
    troubles: Type.Array(closed({ code: text, message: text })),
    world: closed({ digest: nullable(text), policy_version: text, catalog_version: text }),
    store: closed({
      state: Type.Enum(['running', 'done', 'failed']),
      checked: Type.Integer({ minimum: 0 }),
      of: Type.Integer({ minimum: 0 }),
    }),
    gate: nullable(
      closed({ kind: text, policy_version: text, loaded_at: text, stale_since: nullable(text) }),
    ),
    retention: closed({ rules: Type.Integer(), forgotten: Type.Integer(), kept_at: nullable(text) }),
    diagnostics: Type.Array(DiagnosticSchema),
  },
  { title: 'Health', description: 'The compliance level that is reached, and why not a higher one.' },
);

/** Health and metrics. */
export const HEALTH_OPERATIONS = {
  showHealth: {
    ...ENDPOINTS.showHealth,
    summary: 'The compliance level that is reached, and why not a higher one',
    access: 'public',
    answers: { 200: HealthSchema },
    problems: [429],
  },
  showMetrics: {
    ...ENDPOINTS.showMetrics,
    summary: 'Metrics in the text format of Prometheus',
    access: ['auditor', 'admin'],
    answers: { 200: Type.String({ description: 'Metrics.' }) },
    problems: [400, 401, 403, 429],
  },
} satisfies Readonly<Record<string, Operation>>;

/** The compliance level that a Hall reaches, and what is wrong with it now. */
export type Health = Wire<typeof HealthSchema>;

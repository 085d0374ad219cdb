import { Type } from 'typebox';
import { ProblemError } from '../../base/problem.ts';
import { FREEZE_SCOPES, type FreezeScope } from '../../operations/freezes.ts';
import { healthOf } from '../../operations/health.ts';
import { principalOf } from '../access.ts';
import type { HallApp } from '../app.ts';
import type { HallParts } from '../hall-parts.ts';
import { answers, closed, items, nullable, textAnswer } from '../wire.ts';

const text = Type.String();
const FreezeSchema = closed(
  {
    scope: Type.Enum([...FREEZE_SCOPES]),
    value: nullable(text),
    reason: text,
    frozen_at: text,
    frozen_by: text,
  },
  { title: 'Freeze', description: 'A stop of every decision that it is about.' },
);
const target = {
  scope: Type.Enum([...FREEZE_SCOPES]),
  value: Type.Optional(
    nullable(Type.String({ minLength: 1, maxLength: 128, description: 'The tenant or the correlation.' })),
  ),
};
const DiagnosticSchema = closed({ level: text, code: text, path: text, message: text });
const HealthSchema = closed(
  {
    status: Type.Enum(['ok', 'degraded']),
    level: nullable(text),
    missing: Type.Array(closed({ level: text, reason: text })),
    is_open: Type.Boolean(),
    troubles: Type.Array(closed({ code: text, message: text })),
    world: closed({ digest: nullable(text), policy_version: text, catalog_version: text }),
    diagnostics: Type.Array(DiagnosticSchema),
  },
  { title: 'Health', description: 'The level of compliance that is reached, and why not a higher one.' },
);

/** Health, freezes and metrics. */
export function addOperationRoutes(app: HallApp, parts: HallParts): void {
  const { registryAdmin, freezes, metrics } = parts;
  app.get(
    '/wcp/health',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'showHealth',
        summary: 'The level of compliance that is reached, and why not a higher one',
        security: [],
        response: answers({ 200: HealthSchema }, [429]),
      },
    },
    async ({ principal }) => {
      const health = healthOf(parts);
      return (principal === null ? { ...health, diagnostics: [] } : health) as never;
    },
  );
  app.get(
    '/wcp/freezes',
    {
      config: { access: ['steward', 'admin', 'auditor'] },
      schema: {
        operationId: 'listFreezes',
        summary: 'What is frozen',
        response: answers({ 200: items(FreezeSchema) }),
      },
    },
    async () => ({ items: freezes.list(), next_cursor: null }) as never,
  );
  app.post(
    '/wcp/freeze',
    {
      config: { access: ['steward', 'admin'] },
      schema: {
        operationId: 'freeze',
        summary: 'Stop every decision about the Hall, a tenant or a correlation',
        body: closed({ ...target, reason: Type.String({ minLength: 1, maxLength: 2000 }) }),
        response: answers({ 200: FreezeSchema }),
      },
    },
    async (request) => {
      const { scope, value, reason } = request.body as {
        scope: FreezeScope;
        value?: string | null;
        reason: string;
      };
      return (await registryAdmin.freeze(
        scope,
        readValue(scope, value),
        reason,
        principalOf(request),
      )) as never;
    },
  );
  app.post(
    '/wcp/release',
    {
      config: { access: ['steward', 'admin'] },
      schema: {
        operationId: 'release',
        summary: 'Release what was frozen',
        body: closed(target),
        response: answers({ 200: FreezeSchema }, [400, 401, 403, 404, 429, 503]),
      },
    },
    async (request) => {
      const { scope, value } = request.body as { scope: FreezeScope; value?: string | null };
      return (await registryAdmin.release(scope, readValue(scope, value), principalOf(request))) as never;
    },
  );
  app.get(
    '/metrics',
    {
      config: { access: ['auditor', 'admin'] },
      schema: {
        operationId: 'showMetrics',
        summary: 'Metrics in the text format of Prometheus',
        response: answers({ 200: textAnswer('text/plain', 'Metrics.') }, [400, 401, 403, 429]),
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send((await metrics.text()) as never),
  );
}

function readValue(scope: FreezeScope, value: string | null | undefined): string | null {
  if ((scope === 'hall') === (value == null)) return value ?? null;
  const message = scope === 'hall' ? 'The Hall as a whole has no value.' : `Name the ${scope} as value.`;
  throw new ProblemError('INVALID_BODY', message, [{ path: '/value', code: 'INVALID_VALUE', message }]);
}

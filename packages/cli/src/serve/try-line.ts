import type { Deployment } from '@wcp/hall';

/** What the worker of the example and hello-worker do. */
const CAPABILITY = 'cap.hello.greet';
const TENANT = 'agent.example';

/**
 * A command line that works when it is pasted: it has a greeting dispatched where a worker is there that
 * greets, else it asks for the Hall's health.
 */
export function tryLine({ hall, made }: Deployment, url: string): string {
  const { registry, deliveries } = hall.parts;
  const greets = registry.serving(CAPABILITY).some(({ record }) => deliveries.has(record.worker_id));
  if (!greets) return `curl -s ${url}/wcp/health`;
  const key = made.keys.find(({ role }) => role === 'tenant');
  const body = JSON.stringify({
    capability_id: CAPABILITY,
    env: 'dev',
    data_label: 'PUBLIC',
    tenant_risk: 'low',
    qos_class: 'P2',
    tenant_id: key?.tenant_id ?? TENANT,
    correlation_id: 'try-1',
    request: { name: 'Ada' },
  });
  return [
    `curl -s ${url}/wcp/dispatch -H 'content-type: application/json' \\`,
    ...(hall.parts.identity.isOpen ? [] : [`  -H "authorization: Bearer ${key?.key ?? '$WCP_HALL_KEY'}" \\`]),
    `  -d '${body}'`,
  ].join('\n');
}

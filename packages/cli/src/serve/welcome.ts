import type { CreatedKey, Deployment } from '@wcp/hall';
import type { Terminal } from '../base/terminal.ts';
import { escaped, rows } from '../print/layout.ts';

/** What is said once a Hall is ready: what was made, where it is, and what to try. */
export function welcomeText(folder: Deployment, dir: string, url: string, terminal: Terminal): string {
  const parts = [
    ...madeText(folder, dir),
    keysText(folder.made.keys, terminal),
    `The Hall is at ${terminal.colours.bold(url)}. Try it:\n`,
    indented(tryLine(folder, url)),
    ...keyAdvice(folder),
    'Rules and configuration are followed while it runs; server.json is read when it starts. Stop it with Ctrl-C.\n',
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function madeText({ made }: Deployment, dir: string): string[] {
  if (made.files.length === 0) return [];
  return [`Made in ${escaped(dir)}, yours to change:\n${made.files.map((file) => `  ${file}\n`).join('')}`];
}

/** Keys that were made, each as whom it speaks; nothing where there are none. */
export function keysText(keys: readonly CreatedKey[], { colours }: Pick<Terminal, 'colours'>): string {
  if (keys.length === 0) return '';
  const pairs = keys.map(
    ({ role, tenant_id, key }) => [tenant_id === null ? role : `${role} ${tenant_id}`, key] as const,
  );
  return `${colours.bold('API keys, shown this once:')}\n${rows(pairs)}`;
}

/** After a restart the key is one that the user has. */
function keyAdvice({ made, hall }: Deployment): string[] {
  const { isOpen } = hall.identity;
  if (isOpen) return ['No key is configured: everybody may ask, for env "dev" alone.\n'];
  if (made.keys.length > 0) return [];
  return ['WCP_HALL_KEY is the key of the tenant; `wcp keys create` makes another.\n'];
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}\n`)
    .join('');
}

/** What the worker of the example and hello-worker do. */
const CAPABILITY = 'cap.hello.greet';
const TENANT = 'agent.example';

/**
 * A command line that works when it is pasted: it has a greeting dispatched where a worker is there that
 * greets, else it asks for the Hall's health.
 */
export function tryLine({ hall, made }: Deployment, url: string): string {
  const { registry, deliveries } = hall;
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
    ...(hall.identity.isOpen ? [] : [`  -H "authorization: Bearer ${key?.key ?? '$WCP_HALL_KEY'}" \\`]),
    `  -d '${body}'`,
  ].join('\n');
}

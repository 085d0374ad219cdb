import type { CreatedKey, Deployment } from '@wcp/hall';
import type { Terminal } from '../base/terminal.ts';
import { escaped, rows } from '../print/layout.ts';

/** The text shown once a Hall is ready: what was created, its address, and what to try. */
export function welcomeText(folder: Deployment, dir: string, url: string, terminal: Terminal): string {
  const parts = [
    ...createdText(folder, dir),
    keysText(folder.made.keys, terminal),
    `The Hall is at ${terminal.colours.bold(url)}. Try it:\n`,
    indented(tryLine(folder, url)),
    ...keyAdvice(folder),
    ...(isRoot() ? [`${AS_ROOT}\n`] : []),
    'Changes to rules.json and hall.json take effect while it runs; server.json is read at the start. Stop it with Ctrl-C.\n',
  ];
  return parts.filter((part) => part !== '').join('\n');
}

/** Whether the Hall may do everything on this machine. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** What an operator should know who starts a Hall as root. */
export const AS_ROOT =
  'The Hall runs as root. Each contained worker runs as a user of its own, without an account; one that is not contained runs as root.';

function createdText({ made }: Deployment, dir: string): string[] {
  if (made.files.length === 0) return [];
  return [
    `Created in ${escaped(dir)}, for you to edit:\n${made.files.map((file) => `  ${file}\n`).join('')}`,
  ];
}

/** New keys, each with the role and tenant it acts as; empty if there are none. */
export function keysText(keys: readonly CreatedKey[], { colours }: Pick<Terminal, 'colours'>): string {
  if (keys.length === 0) return '';
  const pairs = keys.map(
    ({ role, tenant_id, key }) => [tenant_id === null ? role : `${role} ${tenant_id}`, key] as const,
  );
  return `${colours.bold('API keys, shown only once:')}\n${rows(pairs)}`;
}

/** After a restart the user must already have a key. */
function keyAdvice({ made, hall }: Deployment): string[] {
  const { isOpen } = hall.identity;
  if (isOpen) return ['No key is configured: anyone may send requests, for env "dev" only.\n'];
  if (made.keys.length > 0) return [];
  return ['Set WCP_HALL_KEY to the key of the tenant; `wcp keys create` creates another.\n'];
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}\n`)
    .join('');
}

/** The capability of the example worker and of hello-worker. */
const CAPABILITY = 'cap.hello.greet';
const TENANT = 'agent.example';

/**
 * A command line that works when it is pasted: it dispatches a greeting if a worker for it is there,
 * and otherwise asks for the health of the Hall.
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

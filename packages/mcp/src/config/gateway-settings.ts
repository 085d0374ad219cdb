import { checkId, type Finding } from '@wcp/spec';
import { z } from 'zod';
import { aliasOf } from '../tool/tool-ids.ts';
import { address, count, flag, line, lines } from './fields.ts';
import { LABELS, type ServerSettings, serverSchema } from './server-schema.ts';

const AUTHORITY = 'authority must be org.<name> or x.<name>.';

const oauth = z.strictObject(
  {
    issuer: address,
    /** The URL of this face, which tokens must be made for. */
    resource: address,
    jwks_url: address,
    algorithms: lines('algorithms').exactOptional(),
    /** Which tenant a token with a scope calls as, and the key of the Hall that it then calls with. */
    tenants: z
      .array(
        z.strictObject(
          { scope: line('scope'), tenant_id: line('tenant_id'), key: line('key') },
          'A tenant is {"scope": …, "tenant_id": …, "key": …}.',
        ),
        'tenants must be a list.',
      )
      .min(1, 'tenants must name at least one tenant.'),
  },
  'oauth is {"issuer": …, "resource": …, "jwks_url": …, "tenants": [...]}.',
);

const settings = z.strictObject(
  {
    /** In whose name the tools are enrolled. */
    authority: z
      .string(AUTHORITY)
      .refine((text) => checkId(text, 'authority').valid, AUTHORITY)
      .default('x.local'),
    /** Whether the names that clients see begin with that of the server. */
    prefix: flag('prefix').default(true),
    /** Characters of a name that clients see: some drop names of more than 64 with a prefix of their own. */
    longest_name: count('longest_name', 12, 128).default(40),
    servers: z.record(z.string(), serverSchema, 'servers must be an object: each server by its name.'),
    /** The workers of the Hall's own `server.json`, as tools. */
    workers: z
      .strictObject(
        {
          ...LABELS,
          /** Capabilities that run without a steward, beyond those whose worker can touch nothing. */
          run: lines('run').default([]),
          /** Capabilities that nobody may call. */
          deny: lines('deny').default([]),
          /** How often they are looked at. */
          interval_ms: count('interval_ms', 1_000, 86_400_000).default(30_000),
        },
        'workers is {"run": [...], "deny": [...], "environment": …, "data_label": …, …}.',
      )
      .prefault({}),
    http: z
      .strictObject(
        {
          host: line('host').default('127.0.0.1'),
          port: count('port', 0, 65_535).default(7421),
          hosts: lines('hosts').exactOptional(),
          origins: lines('origins').exactOptional(),
          oauth: oauth.exactOptional(),
        },
        'http is {"host": …, "port": …, "oauth": …}.',
      )
      .exactOptional(),
    /** How long a held call of a client without elicitation waits for the steward, in milliseconds. */
    wait_ms: count('wait_ms', 0, 3_600_000).default(0),
    /** Whether the tools of a steward are offered over HTTP, to a steward's key. */
    steward: flag('steward').default(true),
  },
  'mcp.json must be a JSON object with servers.',
);

/** What `mcp.json` says, with the defaults for what it does not. */
export type GatewaySettings = z.infer<typeof settings>;

/** The settings, or everything that is wrong with them. */
export type SettingsReading =
  | { readonly ok: true; readonly settings: GatewaySettings }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/**
 * Reads the configuration of a gateway: the JSON of `mcp.json`.
 *
 * @example
 * import { readGatewaySettings } from '@wcp/mcp';
 *
 * const reading = readGatewaySettings({ servers: { files: { command: 'mcp-server-files', args: ['/srv'] } } });
 * console.log(reading.ok && reading.settings.servers['files']?.trust); // none
 */
export function readGatewaySettings(value: unknown): SettingsReading {
  const parsed = settings.safeParse(value);
  const findings = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap(findingsOf)),
    ...serversOf(value).flatMap(([key, server]) => checkServer(key, server)),
    ...checkAliases(serversOf(value).map(([key]) => key)),
  ];
  return parsed.success && findings.length === 0
    ? { ok: true, settings: parsed.data }
    : { ok: false, findings };
}

function serversOf(value: unknown): (readonly [string, unknown])[] {
  const { servers } = Object(value) as { servers?: unknown };
  return typeof servers === 'object' && servers !== null ? Object.entries(servers) : [];
}

/** What goes with a command, and what with an address: the other would have no effect. */
const ONLY_WITH: Readonly<Record<'command' | 'url', readonly (keyof ServerSettings)[]>> = {
  command: ['args', 'env', 'cwd', 'package', 'install', 'envelope', 'isolation', 'binds', 'sandbox'],
  url: ['headers'],
};

function checkServer(key: string, server: unknown): Finding[] {
  if (typeof server !== 'object' || server === null) return [];
  const has = (name: string) => Object.hasOwn(server, name);
  const at = (name?: string) => `/servers/${pointed(key)}${name === undefined ? '' : `/${name}`}`;
  if (has('command') === has('url')) {
    const message = 'A server needs either command, which is started here, or url.';
    return [{ path: at(), code: 'INVALID_VALUE', message }];
  }
  const [way, other] = has('command') ? (['command', 'url'] as const) : (['url', 'command'] as const);
  return ONLY_WITH[other].filter(has).map((name) => ({
    path: at(name),
    code: 'UNKNOWN_MEMBER',
    message: `${name} has no effect for a server with ${way}.`,
  }));
}

/** Two servers of one alias would have the same ids. */
function checkAliases(keys: readonly string[]): Finding[] {
  const first = new Map<string, string>();
  return keys.flatMap((key) => {
    const alias = aliasOf(key);
    if (!first.has(alias)) {
      first.set(alias, key);
      return [];
    }
    const message = `Its alias "${alias}" is that of another server. Rename one of them.`;
    return [{ path: `/servers/${pointed(key)}`, code: 'INVALID_VALUE' as const, message }];
  });
}

function findingsOf(issue: z.core.$ZodIssue): Finding[] {
  const path = issue.path.map((name) => `/${pointed(String(name))}`).join('');
  if (issue.code !== 'unrecognized_keys') return [{ path, code: 'INVALID_VALUE', message: issue.message }];
  return issue.keys.map((name) => ({
    path: `${path}/${pointed(name)}`,
    code: 'UNKNOWN_MEMBER',
    message: 'There is no such setting here.',
  }));
}

function pointed(name: string): string {
  return name.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1');
}

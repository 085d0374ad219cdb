import { checkId } from '@wcp/spec';
import { z } from 'zod';
import { type Form, readForm } from '../../identity/read-form.ts';
import { gateSchema } from '../gate/gate-settings.ts';
import { approvalsSchema } from './approvals/approval-settings.ts';
import { authzenSchema } from './authzen-settings.ts';
import { banListSchema } from './ban-list-settings.ts';
import { copiesSchema, timestampsSchema, witnessesSchema } from './checkpoint-settings.ts';
import { exportsSchema } from './export-settings.ts';
import { count, text, url } from './fields.ts';
import { logSchema } from './log-settings.ts';
import { secretsSchema } from './secret-settings.ts';
import { signerSchema } from './signer-settings.ts';
import { storeSchema } from './store-settings.ts';
import { telemetrySchema } from './telemetry-settings.ts';
import { checkWays, workerSchema } from './worker-settings.ts';

const HOST = 'host must be a name or an address to listen on, such as 127.0.0.1.';
const PORT = 'port must be a number from 0 to 65535; 0 takes any free port.';
const ORIGIN = 'origin must be the name of the log: a URL without its scheme, such as hall.example.org/wcp.';
const TIMEOUT = 'timeout_ms, the time that a worker may take, must be from 1 to 86400000 milliseconds.';
const BODY = 'body_bytes, the size of the largest body, must be from 1024 to 67108864 bytes.';
const RATE = 'requests_per_minute must be a number from 1.';
const STREAMS = 'streams, the open streams of one tenant, must be from 1 to 100000.';
const REQUEST_BYTES = 'request_bytes_per_minute, of one tenant, must be from 1024 to 1099511627776 bytes.';
const HEADER_TIMEOUT = 'header_timeout_ms must be from 100 to 120000 milliseconds.';
const TENANT_HOLDS = 'holds, the requests of a tenant that are on hold, must be from 1 to 1000000.';
const TENANT_CONCURRENCY =
  'concurrency, the dispatches of a tenant that run at a time, must be from 1 to 100000.';
const TENANT_WAITING =
  'waiting, the dispatches of one class of a tenant that may wait, must be from 0 to 1000000.';
const WEBHOOK = 'A webhook is {"url": …, "secret_env": …}.';
const BACKUPS = 'backups is {"dir": …}: the folder for backups, relative to this file.';
const AUTHORITIES =
  'pull is {"authorities": ["org.acme"]}: those whose enrolled workers fetch their calls, each org.<name> or x.<name>.';
const SECRET_ENV = 'secret_env must be the name of an environment variable that holds the secret, whsec_….';

const authority = z.string(AUTHORITIES).refine((id) => checkId(id, 'authority').valid, AUTHORITIES);

const settings = z.strictObject(
  {
    host: text(HOST).default('127.0.0.1'),
    port: count(PORT, 65_535, 0).default(7420),
    origin: z
      .string(ORIGIN)
      .regex(/^[^\s+\p{Cc}]{1,200}$/u, ORIGIN)
      .default('localhost/wcp'),
    public_url: url.exactOptional(),
    timeout_ms: count(TIMEOUT, 86_400_000).default(60_000),
    limits: z
      .strictObject(
        {
          body_bytes: count(BODY, 67_108_864, 1024).exactOptional(),
          requests_per_minute: count(RATE, 1_000_000_000).exactOptional(),
          streams: count(STREAMS, 100_000).exactOptional(),
          request_bytes_per_minute: count(REQUEST_BYTES, 2 ** 40, 1024).exactOptional(),
          header_timeout_ms: count(HEADER_TIMEOUT, 120_000, 100).exactOptional(),
        },
        'limits is an object such as {"body_bytes": …, "requests_per_minute": …}.',
      )
      .default({}),
    tenants: z
      .strictObject(
        {
          concurrency: count(TENANT_CONCURRENCY, 100_000).exactOptional(),
          waiting: count(TENANT_WAITING, 1_000_000, 0).exactOptional(),
          holds: count(TENANT_HOLDS, 1_000_000).exactOptional(),
        },
        'tenants is {"concurrency": …, "waiting": …, "holds": …}.',
      )
      .default({}),
    authzen: authzenSchema.default({}),
    log: logSchema.default({}),
    telemetry: telemetrySchema.exactOptional(),
    webhooks: z
      .array(
        z.strictObject({ url, secret_env: z.string(SECRET_ENV).min(1, SECRET_ENV) }, WEBHOOK),
        'webhooks must be a list.',
      )
      .default([]),
    gate: gateSchema.exactOptional(),
    approvals: approvalsSchema.default({ demands: [] }),
    signer: signerSchema.exactOptional(),
    next_signer: signerSchema.exactOptional(),
    store: storeSchema.exactOptional(),
    secrets: secretsSchema.default({}),
    witnesses: witnessesSchema.default([]),
    timestamps: timestampsSchema.default([]),
    checkpoint_copies: copiesSchema.default([]),
    backups: z.strictObject({ dir: text(BACKUPS) }, BACKUPS).exactOptional(),
    exports: exportsSchema,
    ban_lists: z.array(banListSchema, 'ban_lists must be a list.').default([]),
    workers: z.array(workerSchema, 'workers must be a list.').default([]),
    pull: z.strictObject({ authorities: z.array(authority, AUTHORITIES) }, AUTHORITIES).default({
      authorities: [],
    }),
  },
  'server.json must be a JSON object.',
);

/** What `server.json` says, with its defaults. */
export type ServerSettings = z.infer<typeof settings>;

const FORM: Form<ServerSettings> = { schema: settings, rules: [checkWays] };

/**
 * Reads `server.json`.
 *
 * @throws {ProblemError} `INVALID_BODY` with every finding at once
 */
export function readServerSettings(value: unknown): ServerSettings {
  return readForm(FORM, value);
}

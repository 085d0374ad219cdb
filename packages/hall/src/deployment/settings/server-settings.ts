import type { Finding } from '@wcp/spec';
import { z } from 'zod';
import { type Form, readForm } from '../../identity/read-form.ts';
import { banListSchema } from './ban-list-settings.ts';

const count = (message: string, max: number, min = 1) => z.int(message).min(min, message).max(max, message);
const text = (message: string) => z.string(message).regex(/^[^\p{Cc}]{1,1024}$/u, message);

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
const SECRET_ENV = 'secret_env must be the name of an environment variable that holds the secret, whsec_….';
const WORKER =
  'A worker is {"dir": …, "program": …}, {"dir": …, "command": [...]} or {"url": …, "record": …}.';
const ENV =
  'env must be an object: each variable is a text, or {"from": NAME} to take it from the environment of the Hall.';
const ENV_VALUE = 'A variable must be a text, or {"from": NAME}.';

const url = z.string('url must be an address.').refine(isHttp, 'url must begin with http:// or https://.');
const variable = z.union(
  [z.string(), z.strictObject({ from: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) })],
  ENV_VALUE,
);

const worker = z.strictObject(
  {
    dir: text("dir must be the folder of the worker's package, relative to this file.").exactOptional(),
    program: text('program must be the file in the package that Node runs.').exactOptional(),
    command: z
      .array(text('command must be a list of texts.'), 'command must be a list of texts.')
      .min(1, 'command must be a list of at least one text.')
      .exactOptional(),
    url: url.exactOptional(),
    record: text('record must be the file of the registry record, relative to this file.').exactOptional(),
    env: z.record(z.string(), variable, ENV).default({}),
    processes: count('processes, those that run at a time, must be from 1 to 64.', 64).exactOptional(),
    concurrency: count(
      'concurrency, the calls that it has at a time, must be from 1 to 1024.',
      1024,
    ).exactOptional(),
    waiting: count(
      'waiting, the calls of one class that may wait, must be from 0 to 100000.',
      100_000,
      0,
    ).exactOptional(),
    failures: count(
      'failures, those in a row before its cool-down, must be from 1 to 1000.',
      1000,
    ).exactOptional(),
    cooldown_ms: count('cooldown_ms must be from 1 to 86400000 milliseconds.', 86_400_000).exactOptional(),
    memory_mb: count('memory_mb must be from 16 to 1048576.', 1_048_576, 16).exactOptional(),
    answer_bytes: count('answer_bytes must be from 1024 to 1073741824.', 1_073_741_824, 1024).exactOptional(),
    log_output: z.boolean('log_output must be true or false.').exactOptional(),
    idle_ms: count('idle_ms must be from 0 to 86400000.', 86_400_000, 0).exactOptional(),
    grace_ms: count('grace_ms must be from 0 to 600000.', 600_000, 0).exactOptional(),
    dispatches: count('dispatches must be from 0 to 10000.', 10_000, 0).exactOptional(),
    calls: count(
      'calls, those after which a process is replaced, must be from 1 to 1000000.',
      1_000_000,
    ).exactOptional(),
  },
  WORKER,
);

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
    webhooks: z
      .array(
        z.strictObject({ url, secret_env: z.string(SECRET_ENV).min(1, SECRET_ENV) }, WEBHOOK),
        'webhooks must be a list.',
      )
      .default([]),
    ban_lists: z.array(banListSchema, 'ban_lists must be a list.').default([]),
    workers: z.array(worker, 'workers must be a list.').default([]),
  },
  'server.json must be a JSON object.',
);

/** What `server.json` says, with its defaults. */
export type ServerSettings = z.infer<typeof settings>;
/** One worker of `server.json`. */
export type WorkerSettings = ServerSettings['workers'][number];

const FORM: Form<ServerSettings> = { schema: settings, rules: [checkWays] };

/**
 * Reads `server.json`.
 *
 * @throws {ProblemError} `INVALID_BODY` with every finding at once
 */
export function readServerSettings(value: unknown): ServerSettings {
  return readForm(FORM, value);
}

/** Ways to a worker: which members each has, and needs. */
const WAYS: readonly { readonly by: string; readonly needs: readonly string[] }[] = [
  { by: 'program', needs: ['dir'] },
  { by: 'command', needs: ['dir'] },
  { by: 'url', needs: ['record'] },
];

/** Each worker is reached in exactly one way. */
function checkWays(json: unknown): Finding[] {
  const { workers } = Object(json) as { workers?: unknown };
  if (!Array.isArray(workers)) return [];
  return workers.flatMap((each: unknown, index) => checkWay(Object(each) as object, `/workers/${index}`));
}

function checkWay(given: object, path: string): Finding[] {
  const has = (name: string) => Object.hasOwn(given, name);
  const ways = WAYS.filter(({ by }) => has(by));
  const [way] = ways;
  if (way === undefined || ways.length > 1) return [{ path, code: 'INVALID_VALUE', message: WORKER }];
  return way.needs
    .filter((name) => !has(name))
    .map((name) => ({
      path: `${path}/${name}`,
      code: 'MISSING_MEMBER',
      message: `A worker with ${way.by} needs ${name} too.`,
    }));
}

function isHttp(address: string): boolean {
  const { protocol, username, password } = URL.parse(address) ?? {};
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}

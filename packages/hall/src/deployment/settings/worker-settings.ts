import type { Finding } from '@wcp/spec';
import { z } from 'zod';
import { count, environment, text, url } from './fields.ts';

const WORKER =
  'A worker is {"dir": …, "program": …}, {"dir": …, "command": [...]}, {"url": …, "record": …} or {"pull": true, "record": …}.';
const ISOLATION =
  'isolation must be "contained" (the default) or "declared": nothing holds this worker to its envelope.';
const ATTESTED =
  'attested must be true or false: whether the server at url says which code it runs, signed by the authority.';
const PULL = 'pull must be true: the worker fetches its calls, with a key of the role worker.';
const PRIVATE_HOSTS =
  'private_hosts must be a list of those allowed hosts whose addresses may be private or loopback.';
const NODE = 'node must be a list of what the program uses of Node: "sqlite", "addons", "workers", "wasi".';

/** One worker of `server.json`. */
export const workerSchema = z.strictObject(
  {
    dir: text("dir must be the folder of the worker's package, relative to this file.").exactOptional(),
    program: text('program must be the file in the package that Node runs.').exactOptional(),
    command: z
      .array(text('command must be a list of texts.'), 'command must be a list of texts.')
      .min(1, 'command must be a list of at least one text.')
      .exactOptional(),
    url: url.exactOptional(),
    pull: z.literal(true, PULL).exactOptional(),
    record: text('record must be the file of the registry record, relative to this file.').exactOptional(),
    attested: z.boolean(ATTESTED).exactOptional(),
    env: environment.default({}),
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
    isolation: z.enum(['contained', 'declared'], ISOLATION).exactOptional(),
    threads: count(
      'threads, those of one process and of all that it starts, must be from 16 to 4096.',
      4096,
      16,
    ).exactOptional(),
    cpu_seconds: count('cpu_seconds, of one process, must be from 1 to 86400.', 86_400).exactOptional(),
    open_files: count('open_files must be from 16 to 65536.', 65_536, 16).exactOptional(),
    file_mb: count('file_mb, of the largest file, must be from 1 to 1048576.', 1_048_576).exactOptional(),
    disk_mb: count('disk_mb, of temporary files, must be from 1 to 65536.', 65_536).exactOptional(),
    private_hosts: z
      .array(text('private_hosts must be a list of hosts, such as "127.0.0.1:7420".'), PRIVATE_HOSTS)
      .exactOptional(),
    node: z.array(z.enum(['sqlite', 'addons', 'workers', 'wasi'], NODE), NODE).exactOptional(),
    calls: count(
      'calls, those after which a process is replaced, must be from 1 to 1000000.',
      1_000_000,
    ).exactOptional(),
  },
  WORKER,
);

/** One worker of `server.json`. */
export type WorkerSettings = z.infer<typeof workerSchema>;

/** Ways to a worker: which members each has, and needs. */
const WAYS: readonly { readonly by: string; readonly needs: readonly string[] }[] = [
  { by: 'program', needs: ['dir'] },
  { by: 'command', needs: ['dir'] },
  { by: 'url', needs: ['record'] },
  { by: 'pull', needs: ['record'] },
];

/** Each worker is reached in exactly one way. */
export function checkWays(json: unknown): Finding[] {
  const { workers } = Object(json) as { workers?: unknown };
  if (!Array.isArray(workers)) return [];
  return workers.flatMap((each: unknown, index) => checkWay(Object(each) as object, `/workers/${index}`));
}

function checkWay(given: object, path: string): Finding[] {
  const has = (name: string) => Object.hasOwn(given, name);
  const ways = WAYS.filter(({ by }) => has(by));
  const [way] = ways;
  if (way === undefined || ways.length > 1) return [{ path, code: 'INVALID_VALUE', message: WORKER }];
  const missing = way.needs
    .filter((name) => !has(name))
    .map(
      (name): Finding => ({
        path: `${path}/${name}`,
        code: 'MISSING_MEMBER',
        message: `A worker with ${way.by} needs ${name} too.`,
      }),
    );
  return has('attested') && way.by !== 'url' ? [...missing, seenHere(path)] : missing;
}

/** The Hall hashes the package of such a worker itself: nobody else's word could count. */
function seenHere(path: string): Finding {
  const message = 'Only a worker with url can be attested by its server: this one the Hall hashes itself.';
  return { path: `${path}/attested`, code: 'INVALID_VALUE', message };
}

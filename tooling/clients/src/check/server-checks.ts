import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Connection } from '../client/client.ts';
import { sdkV1 } from '../client/sdk.ts';
import type { Place } from '../place/place.ts';
import { type Check, holds } from './check.ts';

const published = (name: string) =>
  fileURLToPath(
    new URL(`../../node_modules/@modelcontextprotocol/server-${name}/dist/index.js`, import.meta.url),
  );
const own = (name: string) => fileURLToPath(new URL(`../server/${name}.ts`, import.meta.url));

/** A server, the options of its gateway, and what is done with it; the text says what held. */
interface ServerCase {
  readonly options: readonly string[];
  /** Variables that the gateway has, beside those of its place. */
  readonly env?: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  use(connection: Connection): Promise<string>;
  /** What holds once the gateway has been closed. */
  after?(): Promise<void>;
}

/** Real servers behind `wcp mcp wrap`, and two that misbehave on purpose. */
export function serverChecks(place: Place): Check[] {
  return Object.entries(casesOf(place)).map(([name, server]) => ({
    name: `server: ${name}`,
    way: 'stdio',
    run: () => tried(place, `server-${name}`, server),
  }));
}

function casesOf(place: Place): Record<string, ServerCase> {
  const thought = { thought: 'first', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 };
  const entities = [{ name: 'Ada', entityType: 'person', observations: ['writes notes'] }];
  return {
    everything: realServer('everything', [], 13, [
      ['echo', { message: 'grüß' }, 'Echo: grüß'],
      ['get-sum', { a: 1, b: 2 }, '3'],
    ]),
    filesystem: realServer('filesystem', [place.data], 14, [
      ['read_text_file', { path: place.file }, 'hello'],
    ]),
    memory: withVariable(
      'MEMORY_FILE_PATH',
      join(place.home, 'memory.jsonl'),
      realServer('memory', [], 9, [
        ['create_entities', { entities }, 'Ada'],
        ['read_graph', {}, 'writes notes'],
      ]),
    ),
    'sequential-thinking': realServer('sequential-thinking', [], 1, [
      ['sequentialthinking', thought, 'thoughtHistoryLength'],
    ]),
    'deaf, behind npx and a shell': deaf(),
    'a message of 10 MiB': bulky(),
  };
}

type Call = readonly [name: string, args: Readonly<Record<string, unknown>>, expected: string];

/** A published server: it shows as many tools as it has, and each call gives what it should. */
function realServer(
  name: string,
  args: readonly string[],
  tools: number,
  calls: readonly Call[],
): ServerCase {
  const command = [process.execPath, published(name), ...args];
  return {
    options: ['--run', ...calls.map(([tool]) => tool)],
    command,
    async use(connection) {
      const seen = await connection.list();
      holds(seen.length === tools, `It shows ${seen.length} tools: ${seen.join(', ')}`);
      for (const [tool, given, expected] of calls) {
        const text = await connection.call(tool, given);
        holds(text.includes(expected), `${tool}: ${text}`);
      }
      return `${tools} tools, ${calls.length} calls`;
    },
  };
}

/** A server that gets a variable of the gateway's environment. */
function withVariable(name: string, value: string, server: ServerCase): ServerCase {
  return { ...server, env: { [name]: value }, options: [...server.options, '--env', name] };
}

/** It lives behind two parents, and only a kill ends it. */
function deaf(): ServerCase {
  let pid = 0;
  return {
    options: ['--run', 'number'],
    command: ['npx', '--yes', '-c', `${process.execPath} ${own('deaf')}; true`],
    async use(connection) {
      pid = Number(/number (\d+)/.exec(await connection.call('number', {}))?.[1]);
      holds(pid > 0 && isAlive(pid), 'It did not say its number.');
      return 'calls, and is gone once the gateway has been closed';
    },
    async after() {
      for (let waited = 0; isAlive(pid) && waited < 50; waited += 1) await sleep(100);
      holds(!isAlive(pid), `Process ${pid} lives on.`);
    },
  };
}

/** A message at which a client of the SDK would end its connection. */
function bulky(): ServerCase {
  return {
    options: ['--run', 'write'],
    command: [process.execPath, own('bulky')],
    async use(connection) {
      const large = await connection.call('write', { bytes: 8 * 1024 * 1024 });
      holds(large.length > 8 * 1024 * 1024, `8 MiB were not delivered: ${large.slice(0, 500)}`);
      const told = await connection.call('write', { bytes: 10 * 1024 * 1024 });
      holds(told.includes('DELIVERY_ANSWER_TOO_LARGE'), `It was told: ${told.slice(0, 500)}`);
      const next = await connection.call('write', { bytes: 3 });
      holds(next.includes('"xxx"'), `The next call: ${next.slice(0, 500)}`);
      return '8 MiB are delivered, 10 MiB told as lost; the next call works';
    },
  };
}

async function tried(place: Place, name: string, server: ServerCase): Promise<string> {
  const { options, command, env, use, after } = server;
  const target = place.wrap(name, options, command);
  const connection = await sdkV1({ ...target, env: { ...target.env, ...env } });
  let said: string;
  try {
    said = await use(connection);
  } finally {
    await connection.close();
  }
  await after?.();
  return said;
}

function isAlive(pid: number): boolean {
  const file = join('/proc', String(pid), 'stat');
  const stat = existsSync(file) ? readFileSync(file, 'latin1') : '';
  return stat !== '' && !/\) [ZX] /.test(stat);
}

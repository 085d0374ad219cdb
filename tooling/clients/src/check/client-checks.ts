import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection, OpenClient, Target } from '../client/client.ts';
import { CLIENTS } from '../client/clients.ts';
import type { Place } from '../place/place.ts';
import { type Check, holds } from './check.ts';

/** Every client, over standard input and HTTP: it lists, reads a file, and is refused what no rule allows. */
export function clientChecks(place: Place): Check[] {
  let http: Promise<Target> | undefined;
  return Object.entries(CLIENTS).flatMap(([name, open]) => [
    { name, way: 'stdio', run: async () => tried(place, open, await place.notes(`stdio-${name}`)) },
    {
      name,
      way: 'http',
      run: async () => {
        http ??= place.http();
        return tried(place, open, await http);
      },
    },
  ]);
}

async function tried(place: Place, open: OpenClient, target: Target): Promise<string | null> {
  const connection = await open(target, place.home);
  if (connection === null) return null;
  try {
    return await uses(place, connection);
  } finally {
    await connection.close();
  }
}

async function uses(place: Place, connection: Connection): Promise<string> {
  const { data, file } = place;
  const tools = await connection.list();
  holds(tools.includes('read_text_file') && tools.length === 14, `It saw these tools: ${tools.join(', ')}`);
  const read = await connection.call('read_text_file', { path: file });
  holds(read.includes('hello from behind the Hall'), `It read: ${read}`);
  const moved = join(data, 'moved.txt');
  const denied = await connection.call('move_file', { source: file, destination: moved });
  holds(denied.includes('DENY_NO_MATCHING_RULE'), `It was not told why a call was denied: ${denied}`);
  holds(
    existsSync(file) && !existsSync(moved) && place.calls('move_file') === 0,
    'A call that was denied ran.',
  );
  return 'lists, calls, is denied';
}

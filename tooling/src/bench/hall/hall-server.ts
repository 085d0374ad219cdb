/** A process that the bench measures: `hall`, `echo`, or `traced` with the address of a collector. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { createHall, type Hall } from '@wcp/hall';
import { RouteInputSchema } from '@wcp/spec/document';
import { Compile } from 'typebox/compile';
import { idleDelivery } from '../idle-delivery.ts';
import { rules } from '../world.ts';

const [, , kind, collector] = process.argv;
const hall = kind === 'echo' ? await createEcho() : await createBenchHall();
process.send?.(await listen(hall));
process.on('message', (asked) =>
  process.send?.(asked === 'processor' ? processorSeconds() : residentMegabytes()),
);

/** A Hall with all that it does for a request: authenticated, rate-limited, decided, signed, durable. */
async function createBenchHall(): Promise<Hall> {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-bench-hall-'));
  process.on('disconnect', () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit();
  });
  return createHall({
    rules: rules(100),
    file: join(folder, 'store.db'),
    key: generateSigningKey(),
    origin: 'bench.example/log',
    workers: [{ delivery: idleDelivery() }],
    http: { requests_per_minute: 100_000_000 },
    ...(collector !== undefined && { telemetry: { otlp: { url: collector, interval_ms: 1_000 } } }),
    log: (level, message) => console.error(level, message),
  });
}

/** The same server to the last hook, which only validates what it reads and repeats its first answer. */
async function createEcho(): Promise<Hall> {
  const schema = Compile(RouteInputSchema);
  const hall = await createBenchHall();
  const dispatcher = dispatcherOf(hall);
  const decide = dispatcher.route.bind(dispatcher);
  let first: Promise<unknown> | undefined;
  dispatcher.route = async (received) => {
    if (!schema.Check(received.input)) throw new Error('not a RouteInput');
    first ??= decide(received);
    return first;
  };
  return hall;
}

interface Dispatcher {
  route(received: { readonly input: unknown }): Promise<unknown>;
}

/** The inside of a Hall, which its public type does not show. */
function dispatcherOf(hall: Hall): Dispatcher {
  if (hasDispatcher(hall)) return hall.parts.dispatcher;
  throw new Error('The inside of the Hall has changed: adapt the bench.');
}

function hasDispatcher(hall: object): hall is { readonly parts: { readonly dispatcher: Dispatcher } } {
  return (
    'parts' in hall && typeof hall.parts === 'object' && hall.parts !== null && 'dispatcher' in hall.parts
  );
}

async function listen({ app, identity }: Hall): Promise<{ port: number; key: string }> {
  const { key } = await identity.keys.create({
    label: 'bench',
    roles: ['tenant'],
    tenant_id: 'tenant-a',
    authority: null,
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: Number(new URL(url).port), key };
}

function residentMegabytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss / 1_048_576;
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}

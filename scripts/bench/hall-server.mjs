/** A process that the bench measures: `hall`, `echo` or `bare`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rules, worker } from './world.mjs';

const SERVERS = { hall: startHall, echo: startEcho, bare: startBare };
const { url, key } = await SERVERS[process.argv[2]]();
process.send({ port: Number(new URL(url).port), key });
process.on('message', () => process.send(memoryHeld()));

/** A Hall with all that it does for a request: who asks, may they, how often; decided, signed, durable. */
async function startHall() {
  return listen(await makeHall());
}

/** The same server to the last hook, but that it only validates what it reads, and echoes it. */
async function startEcho() {
  const { RouteInputSchema } = await import('../../packages/spec/dist/index.js');
  const { Compile } = await fromHall('typebox/compile');
  const schema = Compile(RouteInputSchema);
  const hall = await makeHall();
  hall.parts.dispatcher.route = async ({ input, text }) => {
    if (!schema.Check(input)) throw new Error('not a RouteInput');
    return { decision: { outcome: 'DISPATCH', deny_code: null, env: input.env }, text };
  };
  return listen(hall);
}

/** Fastify by itself, with nothing of a Hall: it validates and echoes. */
async function startBare() {
  process.on('disconnect', () => process.exit());
  const { default: Fastify } = await fromHall('fastify');
  const { Compile } = await fromHall('typebox/compile');
  const { RouteInputSchema } = await import('../../packages/spec/dist/index.js');
  const schema = Compile(RouteInputSchema);
  const app = Fastify({ logger: false });
  app.setValidatorCompiler(() => (value) => schema.Check(value) || { error: new Error('not a RouteInput') });
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.post(
    '/wcp/route',
    { schema: { body: RouteInputSchema, response: { 200: {} } } },
    async ({ body }) => body,
  );
  return { url: await app.listen({ port: 0, host: '127.0.0.1' }), key: undefined };
}

async function makeHall() {
  const { createHall } = await import('../../packages/hall/dist/index.js');
  const { generateSigningKey } = await import('../../packages/evidence/dist/index.js');
  const folder = mkdtempSync(join(tmpdir(), 'wcp-bench-hall-'));
  process.on('disconnect', () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit();
  });
  const record = worker();
  const delivery = {
    record,
    observe: async () => record.attestation.code_hash,
    deliver: async () => ({ status: 'ok', result: null, code: null, duration_ms: 0 }),
    close: async () => {},
  };
  return createHall({
    rules: rules(100),
    file: join(folder, 'store.db'),
    key: generateSigningKey(),
    origin: 'bench.example/log',
    workers: [{ delivery }],
    http: { requests_per_minute: 100_000_000 },
    log: (level, message) => console.error(level, message),
  });
}

async function listen(hall) {
  const asking = { label: 'bench', roles: ['tenant'], tenant_id: 'tenant-a', authority: null };
  const { key } = await hall.parts.identity.keys.create(asking);
  return { url: await hall.app.listen({ port: 0, host: '127.0.0.1' }), key };
}

function fromHall(name) {
  const require = createRequire(new URL('../../packages/hall/package.json', import.meta.url));
  return import(require.resolve(name));
}

function memoryHeld() {
  globalThis.gc?.();
  return process.memoryUsage().rss / 1_048_576;
}

/** A process that the bench measures: a Hall that decides and keeps evidence, or a server that only echoes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rules, worker } from './world.mjs';

const SERVERS = { hall: startHall, echo: startEcho };
const { url, key } = await SERVERS[process.argv[2]]();
process.send({ port: Number(new URL(url).port), key });
process.on('message', () => process.send(memoryHeld()));

async function startHall() {
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
    deliver: done,
    close: async () => {},
  };
  const hall = await createHall({
    rules: rules(100),
    file: join(folder, 'store.db'),
    key: generateSigningKey(),
    origin: 'bench.example/log',
    workers: [{ delivery }],
    http: { requests_per_minute: 100_000_000 },
  });
  const asking = { label: 'bench', roles: ['tenant'], tenant_id: 'tenant-a', authority: null };
  const { key } = await hall.parts.identity.keys.create(asking);
  return { url: await hall.app.listen({ port: 0, host: '127.0.0.1' }), key };
}

async function done() {
  return { status: 'ok', result: null, code: null, duration_ms: 0 };
}

/** The same server, but for everything that makes it a Hall: it reads, validates and echoes. */
async function startEcho() {
  process.on('disconnect', () => process.exit());
  const require = createRequire(new URL('../../packages/hall/package.json', import.meta.url));
  const { default: Fastify } = await import(require.resolve('fastify'));
  const { Compile } = await import(require.resolve('typebox/compile'));
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

function memoryHeld() {
  globalThis.gc?.();
  return process.memoryUsage().rss / 1_048_576;
}

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { expect, test } from 'vitest';
import { ChainedCallRegistry } from '../../../src/delivery/chained-call-registry.ts';
import { httpDelivery } from '../../../src/delivery/http/http-delivery.ts';
import { inProcessDelivery } from '../../../src/delivery/in-process-delivery.ts';
import { ask, chainedHall, chainWorker, decisionsOf } from './chained-hall.ts';

const inner = chainWorker('inner', 2, (request) => ({ got: request }));
const outer = chainWorker('outer', 1, () => ({}));

/** The same worker as a program of its own, which asks its Hall for another capability. */
const PROGRAM = `
import { defineWorker, serveWorker } from '@wcp/worker-kit';
const input = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } };
const record = ${JSON.stringify(outer.record)};
const run = async (_request, context) => {
  const { decision, result } = await context.dispatch({ capability_id: 'org.chain.do-inner', request: { n: 1 } });
  return { outcome: decision.outcome, below: result?.result ?? null };
};
await serveWorker(defineWorker({ record, input, run }));
`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('A worker over HTTP dispatches under its permit while its call runs, and not afterwards.', async () => {
  const key = generateSigningKey();
  const store = mkdtempSync(join(tmpdir(), 'wcp-http-chain-'));
  // Beside the package, so that the program finds the worker kit.
  const program = join(import.meta.dirname, '..', '..', `chain-program-${process.pid}.mjs`);
  writeFileSync(program, PROGRAM);
  const child = spawn(process.execPath, [program, '--http', '0'], {
    env: { WCP_HALL_PUBLIC_KEY: key.publicKey, WCP_PERMIT_STORE: join(store, 'permits') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await new Promise<string[]>((resolve) =>
    child.stdout.once('data', (chunk) => resolve(String(chunk).split('\n'))),
  );
  const { listening } = JSON.parse(line as string) as { listening: string };
  const chains = new ChainedCallRegistry();
  const port = await freePort();
  const hall = await chainedHall([outer, inner], {
    key,
    chains,
    public_url: `http://127.0.0.1:${port}`,
    workers: [
      { delivery: httpDelivery({ record: outer.record, url: listening, chains }) },
      { delivery: inProcessDelivery(inner) },
    ],
  });
  try {
    await hall.app.listen({ port, host: '127.0.0.1' });
    const { result } = await hall.dispatch(ask('outer'));
    expect(result?.deny_reason ?? null).toBeNull();
    expect(result?.result).toEqual({ outcome: 'DISPATCH', below: { got: { n: 1 } } });
    expect((await decisionsOf(hall))[1]).toMatchObject({ facts: { chain: { blast_score: 1, depth: 1 } } });
    const stranger = await fetch(`http://127.0.0.1:${port}/wcp/chain`, {
      method: 'POST',
      headers: { authorization: 'Bearer a.b.c', 'content-type': 'application/json' },
      body: JSON.stringify({ asked: { capability_id: 'org.chain.do-inner' } }),
    });
    expect([stranger.status, ((await stranger.json()) as { code: string }).code]).toEqual([
      401,
      'PERMIT_UNKNOWN',
    ]);
  } finally {
    await hall.close();
    child.kill('SIGKILL');
    rmSync(program, { force: true });
    rmSync(store, { recursive: true });
  }
});

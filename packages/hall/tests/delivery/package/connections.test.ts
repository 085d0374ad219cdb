import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageHash } from '@wcp/evidence';
import { probeSandbox } from '@wcp/sandbox';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { packageDelivery } from '../../../src/delivery/package/package-delivery.ts';
import { inputFor } from '../../support/documents.ts';
import { TestHall } from '../../support/test-hall.ts';
import { ACME, recordOf } from '../../support/workers.ts';

/** Asks the host that its request names, and closes the connection. */
const PROGRAM = `
import { createInterface } from 'node:readline';
for await (const line of createInterface({ input: process.stdin })) {
  const { id, request: { url } } = JSON.parse(line);
  let result;
  try { result = await (await fetch(url, { headers: { connection: 'close' } })).text(); }
  catch (error) { result = error.cause?.code ?? error.message; }
  console.log(JSON.stringify({ id, status: 'ok', result, telemetry: [], evidence: [], deny_reason: null }));
}`;

describe.skipIf(!(await probeSandbox()).is_contained)('a worker that may reach listed hosts', () => {
  const server = createServer((_, response) => void response.end('hello'));
  let folder: string;
  let hall: TestHall;
  beforeEach(async () => {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    folder = mkdtempSync(join(tmpdir(), 'wcp-connections-'));
    writeFileSync(join(folder, 'main.mjs'), PROGRAM);
    const entry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const privilege_envelope = { network_egress: 'allowlisted', egress_allowlist: [entry] } as const;
    const record = recordOf(ACME);
    const attestation = { ...record.attestation, code_hash: await packageHash(folder) };
    const delivery = packageDelivery({
      record: recordOf(ACME, { privilege_envelope, attestation } as never),
      dir: folder,
      run: { program: 'main.mjs' },
      snapshots: join(folder, '../', `${folder.split('/').at(-1)}-snapshots`),
      private_hosts: [entry],
    });
    hall = await TestHall.open({ workers: [{ delivery }] });
  });
  afterEach(async () => {
    await hall.close();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
    rmSync(`${folder}-snapshots`, { recursive: true, force: true });
  });

  const ask = (url: string) => hall.hall.dispatch({ ...inputFor('tenant-a'), request: { url } });
  const connections = () =>
    vi.waitFor(async () => {
      const events = (await hall.events()).filter(({ event_id }) => event_id === 'evt.worker.connected');
      expect(events).not.toEqual([]);
      return events;
    });

  test('A connection is an event of the tenant whose call it was, with its bytes.', async () => {
    const { port } = server.address() as AddressInfo;
    const { decision, result, outcome_receipt } = await ask(`http://127.0.0.1:${port}/`);
    expect(result?.result).toBe('hello');
    expect(outcome_receipt).toMatchObject({ enforcement: { network_egress: { level: 'enforced' } } });
    const [event] = await connections();
    expect(event).toMatchObject({
      host: '127.0.0.1',
      port,
      address: '127.0.0.1',
      outcome: 'connected',
      reason: null,
      tenant_id: 'tenant-a',
      decision_id: decision.decision_id,
    });
    expect(event?.['bytes_sent']).toBeGreaterThan(10);
    expect(event?.['bytes_received']).toBeGreaterThan(10);
  });

  test('A host that is not listed is not reached, and its refusal is an event.', async () => {
    const { result } = await ask('http://unlisted.example/');
    expect(result?.result).not.toBe('hello');
    expect((await connections())[0]).toMatchObject({
      host: 'unlisted.example',
      outcome: 'refused',
      address: null,
      tenant_id: 'tenant-a',
    });
  });
});

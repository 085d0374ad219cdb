import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { consistencyProof, generateSigningKey, merkleRoot, signCheckpoint } from '@wcp/evidence';
import { verifyWitnessed, writeAddCheckpoint } from '@wcp/evidence/witness';
import { afterEach, describe, expect, test } from 'vitest';
import { serveWitness, type WitnessHost } from '../../src/witness-host/serve-witness.ts';
import { createWitnessRecord, WitnessStore } from '../../src/witness-host/witness-store.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { policyOf, TestWitness } from '../support/witnesses.ts';

const origin = 'hall.example/log';
const key = generateSigningKey();
const leaves = Array.from({ length: 40 }, (_, index) => `leaf ${index}`);
const noteOf = (size: number, list = leaves) =>
  signCheckpoint({ origin, size, root: merkleRoot(list.slice(0, size)) }, key);
const requestOf = (old_size: number, size: number, list = leaves) =>
  writeAddCheckpoint({
    old_size,
    proof: old_size === 0 ? [] : consistencyProof(list.slice(0, size), old_size),
    checkpoint: noteOf(size, list),
  });

const open: TestWitness[] = [];
const hosts: WitnessHost[] = [];
afterEach(async () => {
  for (const witness of open.splice(0)) await witness.stop();
  for (const host of hosts.splice(0)) await host.close();
});
async function openWitness(): Promise<TestWitness> {
  const witness = await TestWitness.open('witness.example/w1', { origin, publicKey: key.publicKey });
  open.push(witness);
  return witness;
}
const send = async ({ url }: { readonly url: string }, body: string) => {
  const response = await fetch(`${url}/add-checkpoint`, { method: 'POST', body });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};

describe('a witness over HTTP', () => {
  test('It answers as C2SP tlog-witness says.', async () => {
    const witness = await openWitness();
    const first = await send(witness, requestOf(0, 5));
    expect(first.status).toBe(200);
    expect(
      verifyWitnessed({ checkpoints: [noteOf(5) + first.text], policy: policyOf([witness], 1) })
        .witnessed_size,
    ).toBe(5);
    expect(await send(witness, requestOf(0, 9))).toMatchObject({
      status: 409,
      type: 'text/x.tlog.size',
      text: '5\n',
    });
    expect((await send(witness, requestOf(5, 9, leaves.toSpliced(1, 1, 'x')))).status).toBe(422);
    expect((await send(witness, requestOf(5, 9).replace('\n9\n', '\n8\n'))).status).toBe(403);
    expect((await send(witness, requestOf(0, 5).replaceAll(origin, 'other.example/log'))).status).toBe(404);
    expect((await send(witness, 'nothing')).status).toBe(400);
    expect((await send(witness, `${requestOf(5, 9)}${'x'.repeat(20_000)}`)).status).toBe(413);
    expect((await fetch(`${witness.url}/add-checkpoint`)).status).toBe(404);
    expect((await send(witness, requestOf(5, 9))).status).toBe(200);
    const latest = await (await fetch(`${witness.url}/checkpoint?origin=${origin}`)).text();
    expect(verifyWitnessed({ checkpoints: [latest], policy: policyOf([witness], 1) }).witnessed_size).toBe(9);
    expect((await fetch(`${witness.url}/checkpoint?origin=other`)).status).toBe(404);
  });

  test('What it cosigned it remembers through a restart.', async () => {
    const witness = await openWitness();
    await send(witness, requestOf(0, 5));
    await witness.stop();
    await witness.start();
    expect(await send(witness, requestOf(0, 4))).toMatchObject({ status: 409, text: '5\n' });
  });

  test('Two processes of one witness, asked at once for two forks, cosign one of them.', async () => {
    const witness = await openWitness();
    const other = await serveWitness({
      ...{ name: witness.name, key: witness.key, file: witness.file, host: '127.0.0.1', port: 0 },
      logs: [{ origin, keys: [{ publicKey: key.publicKey, from_size: 0 }] }],
    });
    hosts.push(other);
    const fork = leaves.toSpliced(0, 1, 'x');
    for (let size = 1; size < 20; size += 1) {
      const answers = await Promise.all([
        send(witness, requestOf(0, size)),
        send(other, requestOf(0, size, fork)),
        send(other, requestOf(size - 1, size)),
        send(witness, requestOf(size - 1, size, fork)),
      ]);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    }
  });

  test('Whoever asks too often within a minute waits.', async () => {
    const witness = await openWitness();
    const statuses: number[] = [];
    for (let index = 0; index < 601; index += 1) statuses.push((await fetch(`${witness.url}/none`)).status);
    expect(statuses.slice(0, 600).every((status) => status === 404)).toBe(true);
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('the record of a witness', () => {
  test('A witness without its record does not start, and a record is made once.', async () => {
    const file = join(tempFolder(), 'witness.db');
    const options = { name: 'w', key, logs: [], file, host: '127.0.0.1', port: 0 };
    await expect(serveWitness(options)).rejects.toMatchObject({ code: 'ERR_WCP_STORE' });
    createWitnessRecord(file);
    expect(() => createWitnessRecord(file)).toThrow(expect.objectContaining({ code: 'ERR_WCP_STORE' }));
    writeFileSync(file, 'something else, and long enough to be looked at by a program that reads databases');
    expect(() => new WitnessStore(file)).toThrow(expect.objectContaining({ code: 'ERR_WCP_STORE' }));
  });

  test('Nothing is written where the record is not the one that was judged by.', () => {
    const file = join(tempFolder(), 'witness.db');
    createWitnessRecord(file);
    const store = new WitnessStore(file);
    const one = { size: 1, root: merkleRoot(['a']), checkpoint: 'one' };
    const two = { size: 2, root: merkleRoot(['a', 'b']), checkpoint: 'two' };
    expect(store.advance('log', one, two)).toBe(false);
    expect(store.advance('log', null, one)).toBe(true);
    expect(store.advance('log', null, two)).toBe(false);
    expect(store.advance('log', { ...one, root: two.root }, two)).toBe(false);
    expect(store.get('log')).toEqual(one);
    store.close();
  });
});

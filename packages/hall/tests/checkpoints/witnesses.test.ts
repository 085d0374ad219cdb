import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey, verifyCheckpoint } from '@wcp/evidence';
import { verifyWitnessed } from '@wcp/evidence/witness';
import { afterEach, describe, expect, test } from 'vitest';
import { inputFor } from '../support/documents.ts';
import { Receiver } from '../support/receiver.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { TestHall, type TestHallOptions } from '../support/test-hall.ts';
import { waitFor } from '../support/wait-for.ts';
import { policyOf, TestWitness } from '../support/witnesses.ts';

const ORIGIN = 'hall.example/log';
const halls: TestHall[] = [];
const witnesses: TestWitness[] = [];
afterEach(async () => {
  for (const hall of halls.splice(0)) await hall.close();
  for (const witness of witnesses.splice(0)) await witness.stop();
});

async function openHall(options: TestHallOptions): Promise<TestHall> {
  const hall = await TestHall.open(options);
  halls.push(hall);
  return hall;
}

async function openWitnesses(count: number, publicKey: string): Promise<TestWitness[]> {
  for (let index = 1; index <= count; index += 1) {
    witnesses.push(await TestWitness.open(`witness.example/w${index}`, { origin: ORIGIN, publicKey }));
  }
  return [...witnesses];
}

const toldOf = (list: readonly TestWitness[]) => ({
  witnesses: list.map(({ identity, url }) => ({ key: identity, url })),
});
const route = (hall: TestHall, times = 1) =>
  Promise.all(Array.from({ length: times }, () => hall.hall.route(inputFor('tenant-a'))));
const codesOf = (hall: TestHall) => hall.hall.health().troubles.map(({ code }) => code);

describe('the witnesses of a Hall', () => {
  test('A checkpoint comes with their cosignatures, also after a restart, and one is kept of each.', async () => {
    const key = generateSigningKey();
    const both = await openWitnesses(2, key.publicKey);
    const file = join(tempFolder(), 'store.db');
    const hall = await openHall({ key, file, checkpoints: toldOf(both) });
    const policy = policyOf(both, 2);
    for (const restarts of [false, true]) {
      if (restarts) await hall.restart();
      await route(hall, 3);
      const checkpoint = (await hall.get('auditor', '/wcp/checkpoint')).text;
      const { size } = await hall.hall.log.head();
      expect(verifyCheckpoint(checkpoint, { origin: ORIGIN, publicKey: key.publicKey })).toMatchObject({
        ok: true,
        size,
      });
      expect(verifyWitnessed({ checkpoints: [checkpoint], policy, size })).toMatchObject({
        ok: true,
        witnessed_size: size,
      });
      const { items } = (await hall.get('auditor', '/wcp/checkpoints')).json;
      expect(items).toEqual([{ size, checkpoint, timestamps: [] }]);
      expect((await fetch(`${both[0]?.url}/checkpoint?origin=${ORIGIN}`)).status).toBe(200);
    }
    expect(hall.hall.health().status).toBe('ok');
  });

  test('Nothing waits for one that is down; health says so, and it catches up.', async () => {
    const key = generateSigningKey();
    const both = await openWitnesses(2, key.publicKey);
    const [, second] = both as [TestWitness, TestWitness];
    await second.stop();
    const hall = await openHall({ key, checkpoints: toldOf(both) });
    await route(hall, 2);
    const checkpoint = await hall.hall.log.checkpoint();
    expect(verifyWitnessed({ checkpoints: [checkpoint], policy: policyOf(both, 1) }).witnessed_size).toBe(
      (await hall.hall.log.head()).size,
    );
    await waitFor('health', () => codesOf(hall).includes('CHECKPOINT_NOT_WITNESSED'), 15_000);
    expect((await hall.get('admin', '/metrics')).text).toMatch(/wcp_witness_lag_receipts [1-9]/);
    await route(hall);
    await second.start();
    await waitFor('the second witness', () => codesOf(hall).length === 0, 30_000);
    const { items } = (await hall.get('auditor', '/wcp/checkpoints')).json;
    const proven = items.map((each: { checkpoint: string }) => each.checkpoint);
    expect(verifyWitnessed({ checkpoints: proven, policy: policyOf(both, 2) }).witnessed_size).not.toBeNull();
  });

  test('A log that was set back, and one that was written anew, are found by their witness.', async () => {
    const key = generateSigningKey();
    const both = await openWitnesses(1, key.publicKey);
    const first = await openHall({ key, checkpoints: toldOf(both) });
    await route(first, 5);
    await first.hall.log.checkpoint();
    const setBack = await openHall({ key, checkpoints: toldOf(both) });
    await route(setBack, 2);
    const alone = await setBack.hall.log.checkpoint();
    expect(verifyWitnessed({ checkpoints: [alone], policy: policyOf(both, 1) }).witnessed_size).toBeNull();
    expect(codesOf(setBack)).toEqual(['LOG_REWRITTEN']);
    await route(setBack, 9);
    await setBack.hall.log.checkpoint();
    await waitFor(
      'another refusal',
      () => setBack.hall.health().troubles.some(({ message }) => /does not continue/.test(message)),
      15_000,
    );
    expect(codesOf(setBack)).toEqual(['LOG_REWRITTEN']);
    expect(setBack.logged.join('\n')).toContain('WITNESS_SAW_MORE');
  });

  test('A witness that answers with something else has cosigned nothing.', async () => {
    const key = generateSigningKey();
    const [real] = (await openWitnesses(1, key.publicKey)) as [TestWitness];
    const liar = await Receiver.open();
    const told = { witnesses: [{ key: real.identity, url: liar.url }] };
    const hall = await openHall({ key, checkpoints: told });
    await route(hall);
    liar.statuses.push(200, 302, 409, 500);
    const checkpoint = await hall.hall.log.checkpoint();
    expect(checkpoint.split('\n— ')).toHaveLength(2);
    expect((await hall.get('auditor', '/wcp/checkpoints')).json.items).toEqual([]);
    await waitFor('four attempts', () => liar.got.length >= 4, 20_000);
    expect(hall.logged.join('\n')).toContain('COSIGNATURE_MISSING');
    expect(liar.got.every(({ body }) => body.startsWith('old 0\n\n'))).toBe(true);
  });
});

describe('the copies of checkpoints', () => {
  test('Each is added to a file that only grows, and sent to an address; a file that cannot be written is reported.', async () => {
    const key = generateSigningKey();
    const file = join(tempFolder(), 'copies.txt');
    const receiver = await Receiver.open();
    const lost = join(tempFolder(), 'missing', 'copies.txt');
    const copies = [{ file }, { url: receiver.url }, { file: lost }];
    const hall = await openHall({ key, checkpoints: { copies } });
    const notes: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      await route(hall);
      notes.push(await hall.hall.log.checkpoint());
    }
    expect(readFileSync(file, 'utf8')).toBe(notes.map((note) => `${note}\n`).join(''));
    expect(receiver.got.map(({ body }) => body)).toEqual(notes);
    expect(existsSync(lost)).toBe(false);
    await waitFor('health', () => codesOf(hall).includes('CHECKPOINT_NOT_COPIED'), 15_000);
    const shown = (await hall.get('nobody', '/wcp/health')).text;
    expect(shown).toContain('CHECKPOINT_NOT_COPIED');
    expect(shown).not.toContain(lost);
  });
});

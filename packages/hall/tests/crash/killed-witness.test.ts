import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { consistencyProof, createMerkleTree, generateSigningKey, signCheckpoint } from '@wcp/evidence';
import { readCosignature, writeAddCheckpoint } from '@wcp/evidence/witness';
import { afterEach, expect, test } from 'vitest';
import { createWitnessRecord } from '../../src/witness-host/witness-store.ts';
import { tempFolder } from '../support/temp-folder.ts';

const KILLS = Number(process.env['WCP_CRASHES'] ?? 10);
const PROGRAM = join(import.meta.dirname, 'witness-process.ts');
const NAME = 'witness.example/w1';
const ORIGIN = 'hall.example/log';
const key = generateSigningKey();
const witness = generateSigningKey();

const running: ChildProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(killed));
});

function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.kill('SIGKILL');
  });
}

function start(file: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, [PROGRAM, file, witness.exportPrivatePem(), ORIGIN, key.publicKey]);
  running.push(child);
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (url: Buffer) => resolve({ child, url: url.toString().trim() }));
    child.once('close', () => reject(new Error('The witness did not start.')));
  });
}

/** Two logs that differ from their first receipt on. */
const [log, fork] = ['log', 'fork'].map((name) =>
  createMerkleTree(Array.from({ length: 20_000 }, (_, index) => `${name} ${index}`)),
) as [ReturnType<typeof createMerkleTree>, ReturnType<typeof createMerkleTree>];

async function send(url: string, tree: typeof log, old_size: number, size: number) {
  const checkpoint = signCheckpoint({ origin: ORIGIN, size, root: tree.root(size) }, key);
  const proof = old_size === 0 ? [] : consistencyProof(tree, old_size, size);
  const body = writeAddCheckpoint({ old_size, proof, checkpoint });
  const answer = await (await fetch(`${url}/add-checkpoint`, { method: 'POST', body })).text();
  const identity = { name: NAME, publicKey: witness.publicKey };
  return { answer, isCosigned: readCosignature(checkpoint, answer, identity) !== null };
}

test(`A witness that is killed ${KILLS} times never contradicts what it cosigned before.`, async () => {
  const file = join(tempFolder(), 'witness.db');
  createWitnessRecord(file);
  let acknowledged = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const { child, url } = await start(file);
    const first = await send(url, log, 0, 1);
    let size = first.isCosigned ? 1 : Number(first.answer);
    expect(size).toBeGreaterThanOrEqual(acknowledged);
    expect((await send(url, fork, 0, size + 1)).isCosigned).toBe(false);
    expect((await send(url, fork, size, size)).isCosigned).toBe(false);
    expect((await send(url, fork, size, size + 1)).isCosigned).toBe(false);
    const timer = setTimeout(() => child.kill('SIGKILL'), Math.random() * 150);
    for (;;) {
      const next = await send(url, log, size, size + 1).catch(() => null);
      if (next === null) break;
      expect(next.isCosigned).toBe(true);
      size += 1;
      acknowledged = size;
    }
    clearTimeout(timer);
    await killed(child);
  }
  expect(acknowledged).toBeGreaterThan(0);
}, 600_000);

import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { sealRecord } from '@wcp/worker-kit';
import { expect, onTestFinished, test } from 'vitest';
import { readServerSettings } from '../../src/deployment/settings/server-settings.ts';
import { CallBoard, createHall, type Hall, type HallOptions, inProcessDelivery } from '../../src/index.ts';
import { record, worker } from '../delivery/case-worker.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ID = 'org.acme.tool.one';
const recordOf = (worker_id: string, more: object = {}) =>
  sealRecord({ ...record, worker_id, worker_species_id: worker_id, ...more });

async function openHall(
  options: HallOptions = {},
): Promise<{ readonly hall: Hall; readonly board: CallBoard }> {
  const board = new CallBoard();
  const hall = await createHall({ board, pulling_authorities: ['org.acme'], ...options });
  onTestFinished(() => hall.close(0));
  return { hall, board };
}
const claim = (board: CallBoard, worker_id = ID) =>
  board.claim({ worker_ids: [worker_id], wait_ms: 0 }, new AbortController().signal);

test('A worker of such an authority fetches its calls from its enrolment to its removal.', async () => {
  const { hall, board } = await openHall();
  await expect(claim(board)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await hall.registry.enrol({ record: recordOf(ID) });
  expect(hall.deliveries.get(ID)?.isAvailable?.()).toBe(false);
  expect(await claim(board)).toBeNull();
  expect(hall.deliveries.get(ID)?.isAvailable?.()).toBe(true);
  await hall.registry.remove(ID);
  expect(hall.deliveries.has(ID)).toBe(false);
  await expect(claim(board)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('A new version of it is reached by the same delivery, which shows the record that is enrolled.', async () => {
  const { hall, board } = await openHall();
  await hall.registry.enrol({ record: recordOf(ID) });
  await claim(board);
  const delivery = hall.deliveries.get(ID);
  await hall.registry.enrol({ record: recordOf(ID, { risk_tier: 'high' }) });
  expect(hall.deliveries.get(ID)).toBe(delivery);
  expect(delivery?.record.risk_tier).toBe('high');
  expect(delivery?.isAvailable?.()).toBe(true);
});

test('A worker of any other authority is not reached.', async () => {
  const { hall, board } = await openHall();
  await hall.registry.enrol({ record: recordOf('org.other.tool.one') });
  expect(hall.deliveries.size).toBe(0);
  await expect(claim(board, 'org.other.tool.one')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('A worker that is reached in another way stays so, also through an enrolment and a removal.', async () => {
  const { hall } = await openHall({
    pulling_authorities: ['org.test'],
    workers: [{ delivery: inProcessDelivery(worker) }],
  });
  const { worker_id } = record;
  const delivery = hall.deliveries.get(worker_id);
  expect(delivery).toBeDefined();
  await hall.registry.enrol({ record });
  await hall.registry.remove(worker_id);
  expect(hall.deliveries.get(worker_id)).toBe(delivery);
});

test('What a program connects later takes the place of it, and is not taken away by a removal.', async () => {
  const { hall } = await openHall({ pulling_authorities: ['org.test'] });
  await hall.registry.enrol({ record });
  await hall.connect({ delivery: inProcessDelivery(worker) });
  const delivery = hall.deliveries.get(record.worker_id);
  await hall.registry.remove(record.worker_id);
  expect(hall.deliveries.get(record.worker_id)).toBe(delivery);
});

test('After a restart the enrolled workers fetch their calls again.', async () => {
  const file = join(tempFolder(), 'store.db');
  const key = generateSigningKey();
  const { hall } = await openHall({ file, key });
  await hall.registry.enrol({ record: recordOf(ID) });
  await hall.close(0);
  const again = await openHall({ file, key });
  expect(await claim(again.board)).toBeNull();
  expect(again.hall.deliveries.has(ID)).toBe(true);
});

test('server.json names such authorities, and nothing that is none.', () => {
  const pull = { authorities: ['x.acme', 'org.acme'] };
  expect(readServerSettings({ pull }).pull).toEqual(pull);
  expect(readServerSettings({}).pull).toEqual({ authorities: [] });
  for (const wrong of [
    true,
    {},
    { authorities: 'x.acme' },
    { authorities: ['x.acme.tool'] },
    { ...pull, all: true },
  ]) {
    expect(() => readServerSettings({ pull: wrong })).toThrow();
  }
});

import { expect, test, vi } from 'vitest';
import { ChainDesk } from '../../src/delivery/chain-desk.ts';
import { ALLOWED } from './support.ts';

const answer = { decision: ALLOWED, result: null };

test('whoever shows the permit of a running call is answered under that call', async () => {
  const desk = new ChainDesk();
  const [one, two] = [vi.fn(async () => answer), vi.fn(async () => answer)];
  desk.open('permit one', one);
  desk.open('permit two', two);
  expect(await desk.ask('permit two', { capability_id: 'cap.doc.hash' })).toBe(answer);
  expect(one).not.toHaveBeenCalled();
  expect(two).toHaveBeenCalledExactlyOnceWith({ capability_id: 'cap.doc.hash' });
});

test('a permit that no running call has is unknown, also when its call is over', async () => {
  const desk = new ChainDesk();
  const leave = desk.open('permit', async () => answer);
  for (const permit of ['', 'permi', 'permit ', '__proto__'])
    expect(await desk.ask(permit, {})).toBe('unknown');
  leave();
  expect(await desk.ask('permit', {})).toBe('unknown');
});

test('the end of an earlier attempt does not close the later one', async () => {
  const desk = new ChainDesk();
  const leave = desk.open('permit', async () => answer);
  desk.open('permit', async () => answer);
  leave();
  expect(await desk.ask('permit', {})).toBe(answer);
});

test('one call asks so often and no more', async () => {
  const desk = new ChainDesk(2);
  desk.open('permit', async () => answer);
  const asked = await Promise.all([1, 2, 3].map((n) => desk.ask('permit', n)));
  expect(asked).toEqual([answer, answer, 'too_many']);
});

test('where the dispatch fails, asking does', async () => {
  const desk = new ChainDesk();
  desk.open('permit', () => Promise.reject(new Error('no')));
  await expect(desk.ask('permit', {})).rejects.toThrow('no');
});

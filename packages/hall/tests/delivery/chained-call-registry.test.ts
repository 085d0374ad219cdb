import { expect, test, vi } from 'vitest';
import { ChainedCallRegistry } from '../../src/delivery/chained-call-registry.ts';
import { ALLOWED } from './support.ts';

const answer = { decision: ALLOWED, result: null };

test('A chained dispatch with the permit of a running call is answered under that call.', async () => {
  const calls = new ChainedCallRegistry();
  const [one, two] = [vi.fn(async () => answer), vi.fn(async () => answer)];
  calls.open('permit one', one);
  calls.open('permit two', two);
  expect(await calls.ask('permit two', { capability_id: 'cap.doc.hash' })).toBe(answer);
  expect(one).not.toHaveBeenCalled();
  expect(two).toHaveBeenCalledExactlyOnceWith({ capability_id: 'cap.doc.hash' });
});

test('A permit that belongs to no running call is unknown, even when its call has just ended.', async () => {
  const calls = new ChainedCallRegistry();
  const leave = calls.open('permit', async () => answer);
  for (const permit of ['', 'permi', 'permit ', '__proto__'])
    expect(await calls.ask(permit, {})).toBe('unknown');
  leave();
  expect(await calls.ask('permit', {})).toBe('unknown');
});

test('The end of an earlier attempt does not close the later one.', async () => {
  const calls = new ChainedCallRegistry();
  const leave = calls.open('permit', async () => answer);
  calls.open('permit', async () => answer);
  leave();
  expect(await calls.ask('permit', {})).toBe(answer);
});

test('One call dispatches no more often than the limit allows.', async () => {
  const calls = new ChainedCallRegistry(2);
  calls.open('permit', async () => answer);
  const received = await Promise.all([1, 2, 3].map((n) => calls.ask('permit', n)));
  expect(received).toEqual([answer, answer, 'too_many']);
});

test('Where the dispatch fails, the chained call fails as well.', async () => {
  const calls = new ChainedCallRegistry();
  calls.open('permit', () => Promise.reject(new Error('no')));
  await expect(calls.ask('permit', {})).rejects.toThrow('no');
});

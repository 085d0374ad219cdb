import { expect, test, vi } from 'vitest';
import { AddressBook } from '../../src/egress/address-book.ts';

const target = { host: 'api.acme.example', port: 443 };
const v4 = (address: string) => ({ address, family: 4 });
const book = (addresses: string[], isAllowed = false) =>
  new AddressBook(
    () => isAllowed,
    async () => addresses.map(v4),
  );

test('A host with public addresses may be dialled at each of them', async () => {
  const addresses = [v4('93.184.216.34'), v4('1.1.1.1')];
  expect(await book(['93.184.216.34', '1.1.1.1']).addressesOf(target, 1_000)).toEqual({ addresses });
});

test('Of a host with public and private addresses only the public ones are dialled', async () => {
  expect(
    await book(['127.0.0.1', '1.1.1.1', '10.0.0.1', '169.254.169.254']).addressesOf(target, 1_000),
  ).toEqual({
    addresses: [v4('1.1.1.1')],
  });
});

test('A host with private addresses alone is refused', async () => {
  expect(await book(['127.0.0.1', '10.0.0.1']).addressesOf(target, 1_000)).toEqual({
    code: 'EGRESS_ADDRESS_REFUSED',
  });
});

test('The operator allows private addresses, and never those where a cloud serves secrets', async () => {
  expect(await book(['10.0.0.1', '169.254.169.254'], true).addressesOf(target, 1_000)).toEqual({
    addresses: [v4('10.0.0.1')],
  });
});

test('A special address is dialled where the allowlist names it and the operator allows it', async () => {
  const literal = { host: '169.254.169.254', port: 80 };
  expect(await book([], true).addressesOf(literal, 1_000)).toEqual({ addresses: [v4('169.254.169.254')] });
  expect(await book([], false).addressesOf(literal, 1_000)).toEqual({ code: 'EGRESS_ADDRESS_REFUSED' });
});

test('A name without an address, and one whose lookup fails, are not resolved', async () => {
  expect(await book([]).addressesOf(target, 1_000)).toEqual({ code: 'EGRESS_NAME_UNRESOLVED' });
  const failing = new AddressBook(
    () => true,
    () => Promise.reject(new Error('no server')),
  );
  expect(await failing.addressesOf(target, 1_000)).toEqual({ code: 'EGRESS_NAME_UNRESOLVED' });
});

test('Many connections to a host ask for its name once, and again when the answer is old', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const resolve = vi.fn(async () => [v4('1.1.1.1')]);
  const busy = new AddressBook(() => false, resolve);
  await Promise.all(Array.from({ length: 100 }, () => busy.addressesOf(target, 1_000)));
  expect(resolve).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(6_000);
  await busy.addressesOf(target, 1_000);
  expect(resolve).toHaveBeenCalledTimes(2);
  vi.useRealTimers();
});

test('A failed lookup is not remembered', async () => {
  const resolve = vi.fn(async () => [v4('1.1.1.1')]).mockRejectedValueOnce(new Error('try again'));
  const recovering = new AddressBook(() => false, resolve);
  expect(await recovering.addressesOf(target, 1_000)).toEqual({ code: 'EGRESS_NAME_UNRESOLVED' });
  expect(await recovering.addressesOf(target, 1_000)).toEqual({ addresses: [v4('1.1.1.1')] });
});

test('A name that is rebound after it was judged is judged again, and refused', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const resolve = vi.fn(async () => [v4('127.0.0.1')]).mockResolvedValueOnce([v4('1.1.1.1')]);
  const rebound = new AddressBook(() => false, resolve);
  expect(await rebound.addressesOf(target, 1_000)).toEqual({ addresses: [v4('1.1.1.1')] });
  vi.advanceTimersByTime(6_000);
  expect(await rebound.addressesOf(target, 1_000)).toEqual({ code: 'EGRESS_ADDRESS_REFUSED' });
  vi.useRealTimers();
});

test('The operating system resolves where nobody else is named', async () => {
  const own = new AddressBook(() => true);
  const found = await own.addressesOf({ host: 'localhost', port: 443 }, 1_000);
  expect(found).toMatchObject({
    addresses: expect.arrayContaining([expect.objectContaining({ address: expect.any(String) })]),
  });
});

test('A name that takes too long to resolve is given up', async () => {
  const slow = new AddressBook(
    () => true,
    () => new Promise(() => {}),
  );
  expect(await slow.addressesOf(target, 20)).toEqual({ code: 'EGRESS_CONNECT_TIMEOUT' });
});

test('A host that the operator trusts is dialled wherever it is, and no other host is', async () => {
  const trusting = new AddressBook(
    () => false,
    async () => [v4('203.0.113.80')],
    ({ host }) => host === target.host,
  );
  expect(await trusting.addressesOf(target, 1_000)).toEqual({ addresses: [v4('203.0.113.80')] });
  expect(await trusting.addressesOf({ host: 'other.example', port: 443 }, 1_000)).toEqual({
    code: 'EGRESS_ADDRESS_REFUSED',
  });
});

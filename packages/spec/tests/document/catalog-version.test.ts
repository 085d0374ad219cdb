import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalogSatisfies, DEFAULT_CATALOG_VERSION, isCatalogVersion } from '../../src/document/index.ts';

describe('A catalog version', () => {
  test.each(['0.0.0', '1.2.3', 'wcp-catalog@1.2.3', '10.20.999999999'])(
    '%s is a catalog version',
    (version) => {
      expect(isCatalogVersion(version)).toBe(true);
    },
  );

  test.each([
    '',
    '1',
    '1.2',
    '1.2.3.4',
    '1.2.x',
    'v1.2.3',
    '1.2.3-rc.1',
    '1.2.-3',
    ' 1.2.3',
    '1.2.3\n',
    '@1.2.3',
    'catalog@1.2.3',
    'wcp-catalog@',
    'wcp-catalog@wcp-catalog@1.2.3',
    'WCP-CATALOG@1.2.3',
    '1.2.1234567890',
    '01.2.3',
    '1.02.3',
    '1.2.00',
    '١.2.3',
    1,
    null,
    undefined,
    ['1.2.3'],
  ])('%j is not a catalog version', (version) => {
    expect(isCatalogVersion(version)).toBe(false);
  });

  test('The default catalog version is 1.0.0.', () => {
    expect(DEFAULT_CATALOG_VERSION).toBe('1.0.0');
  });

  test.each([
    ['1.0.0', '1.0.0', true],
    ['1.0.0', 'wcp-catalog@1.0.0', true],
    ['wcp-catalog@1.0.1', '1.0.0', true],
    ['1.0.0', '1.0.1', false],
    ['1.10.0', '1.9.0', true],
    ['1.9.0', '1.10.0', false],
    ['2.0.0', '1.99.99', true],
    ['1.99.99', '2.0.0', false],
    ['1.0.9', '1.1.0', false],
    ['999999999.0.0', '999999998.999999999.0', true],
  ])('%s satisfies %s: %s', (hall, needed, satisfied) => {
    expect(catalogSatisfies(hall, needed)).toBe(satisfied);
  });

  test('Catalog versions are compared number by number.', () => {
    const numbers = fc.tuple(fc.nat(12), fc.nat(12), fc.nat(12));
    fc.assert(
      fc.property(numbers, numbers, fc.boolean(), (a, b, named) => {
        const weight = ([x, y, z]: readonly number[]): number =>
          ((x as number) * 100 + (y as number)) * 100 + (z as number);
        const written = `${named ? 'wcp-catalog@' : ''}${a.join('.')}`;
        expect(catalogSatisfies(written, b.join('.'))).toBe(weight(a) >= weight(b));
      }),
    );
  });
});

import { describe, expect, test } from 'vitest';
import {
  type Finding,
  FindingList,
  jsonPointer,
  MAX_FINDINGS,
  sortFindings,
} from '../../src/base/finding.ts';
import { compareText } from '../../src/json/index.ts';

const finding = (path: string, code: Finding['code'] = 'INVALID_VALUE', message = ''): Finding => ({
  path,
  code,
  message,
});

describe('A path is a JSON Pointer', () => {
  test.each<[(string | number)[], string]>([
    [[], ''],
    [['a', 0, 'b'], '/a/0/b'],
    [[''], '/'],
    [['a/b', 'c~d', '~1'], '/a~1b/c~0d/~01'],
    [['\n', '\\', 'ä'], '/\n/\\/ä'],
  ])('The pointer of the path %j is written as RFC 6901 says.', (path, pointer) => {
    expect(jsonPointer(path)).toBe(pointer);
  });

  test('A path of more than 1024 characters is that of its nearest ancestor that fits.', () => {
    const fits = 'x'.repeat(1023);
    expect(jsonPointer([fits])).toHaveLength(1024);
    expect(jsonPointer([`${fits}x`])).toBe('');
    expect(jsonPointer(['a', fits, 'b'])).toBe('/a');
    expect(jsonPointer([fits, ''])).toBe(`/${fits}`);
    expect(jsonPointer(['a', '/'.repeat(510)])).toBe(`/a/${'~1'.repeat(510)}`);
    expect(jsonPointer(['a', '/'.repeat(511)])).toBe('/a');
    expect(jsonPointer(['/'.repeat(511)])).toHaveLength(1023);
    expect(jsonPointer(['/'.repeat(512)])).toBe('');
  });
});

describe('Findings have one order', () => {
  test('Findings are sorted by path, then by code, by UTF-16 code units.', () => {
    const sorted = [
      finding(''),
      finding('/B'),
      finding('/a', 'INVALID_VALUE'),
      finding('/a', 'NOT_JSON'),
      finding('/a/0'),
      finding('/a/10'),
      finding('/a/9'),
      finding('/\ud83d\ude00'),
      finding('/\ufb33'),
    ];
    expect(sortFindings(sorted.toReversed())).toEqual(sorted);
  });

  test('Two findings with the same path and code count once.', () => {
    const twice = [finding('/a', 'NOT_JSON', 'one'), finding('/b'), finding('/a', 'NOT_JSON', 'other')];
    expect(sortFindings(twice)).toEqual([finding('/a', 'NOT_JSON', 'one'), finding('/b')]);
  });

  test('Only the first hundred findings are reported.', () => {
    const many = Array.from({ length: 250 }, (_, index) => finding(`/${String(index).padStart(3, '0')}`));
    expect(sortFindings(many.toReversed())).toEqual(many.slice(0, MAX_FINDINGS));
    expect(MAX_FINDINGS).toBe(100);
  });

  test('A list keeps the first hundred findings, however many were added and in whatever order.', () => {
    const list = new FindingList();
    for (let index = 4999; index >= 0; index -= 1) list.add([String(index).padStart(4, '0')], 'NOT_JSON', '');
    expect(list.sorted().map(({ path }) => path)).toEqual(
      Array.from({ length: 100 }, (_, index) => `/${String(index).padStart(4, '0')}`),
    );
  });

  test('Texts are compared by UTF-16 code units.', () => {
    expect([compareText('a', 'a'), compareText('a', 'b'), compareText('b', 'a')]).toEqual([0, -1, 1]);
    expect(compareText('\ud83d\ude00', '\ufb33')).toBe(-1);
    expect(compareText('Z', 'a')).toBe(-1);
  });
});

import { describe, expect, test } from 'vitest';
import { coreLimit } from '../../src/limits/core-limit.ts';

const line = (hard: string) =>
  `Limit  Soft Limit  Hard Limit  Units\nMax core file size        0   ${hard}    bytes\n`;

describe('the limit of core dumps', () => {
  test('It is one byte, which a core that goes to a program does not ignore.', () => {
    expect(coreLimit(line('unlimited'))).toBe(1);
    expect(coreLimit('')).toBe(1);
    expect([0, 1]).toContain(coreLimit());
  });

  test('Where this process may have no core at all, it stays so: nobody but root may raise it.', () => {
    expect(coreLimit(line('0'))).toBe(0);
  });
});

import { expect, test } from 'vitest';
import { faultOf } from '../../src/view/write-paths.ts';

const TAKEN = ['/proc', '/lib/x86_64-linux-gnu/libc.so.6', '/usr/lib/python3.11'];

test.each([
  ['/', 'whole file system'],
  ['//', 'whole file system'],
  ['/.', 'whole file system'],
  ['out', 'not absolute'],
  ['', 'not absolute'],
  ['/srv/../etc', '".."'],
  ['$WCP_OUT', 'variable'],
  ['/srv/\0', 'NUL'],
  ['/proc', 'over /proc'],
  ['/proc/self', 'over /proc'],
  ['/proc/', 'over /proc'],
  ['//proc//self', 'over /proc'],
  ['/lib', 'over /lib/x86_64'],
  ['/usr', 'over /usr/lib/python3.11'],
  ['/usr/lib/python3.11/json', 'over /usr/lib/python3.11'],
])('%j is no write path: %s', (path, fault) => {
  expect(faultOf(path, TAKEN)).toContain(fault);
});

test.each(['/srv/out', '/process', '/usr/lib/python3.12', '/srv/..out', '/srv/out/'])(
  '%j can be a write path',
  (path) => {
    expect(faultOf(path, TAKEN)).toBe(null);
  },
);

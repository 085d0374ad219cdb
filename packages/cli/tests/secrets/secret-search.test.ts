import { describe, expect, it } from 'vitest';
import { holds, strayed } from '../support/secret-search.ts';

const SECRET = { name: 'a secret', bytes: Buffer.from('MARKED "secret" of 40 characters + more/') };
const around = (text: string) => Buffer.from(`before ${text} after`);

describe('the search for a secret', () => {
  it.each([
    ['as it is', around(SECRET.bytes.toString())],
    ['in a JSON string', around(JSON.stringify(SECRET.bytes.toString()))],
    ['in a URL', around(encodeURIComponent(SECRET.bytes.toString()))],
    ['in hexadecimal digits', around(SECRET.bytes.toString('hex'))],
    ['in capital hexadecimal digits', around(SECRET.bytes.toString('hex').toUpperCase())],
    ['in UTF-16', Buffer.from(`before ${SECRET.bytes} after`, 'utf16le')],
    ['only its beginning', around(SECRET.bytes.subarray(0, 20).toString())],
    ['only its end', around(SECRET.bytes.subarray(-20).toString())],
  ])('A secret is found %s.', (_, bytes) => {
    expect(holds(bytes, SECRET)).toBe(true);
  });

  it.each([0, 1, 2, 3, 4, 5])('A secret is found in base64 after %d other bytes, in both alphabets.', (n) => {
    const bytes = Buffer.concat([Buffer.alloc(n, 0xfe), SECRET.bytes, Buffer.from([0xff, 0xfe])]);
    for (const alphabet of ['base64', 'base64url'] as const)
      expect(holds(around(bytes.toString(alphabet)), SECRET)).toBe(true);
  });

  it('A secret is allowed in its home alone.', () => {
    const places = ['keys/a.pem', 'store.db'].map((name) => ({ name, bytes: SECRET.bytes }));
    expect(strayed([{ ...SECRET, homes: [/\.pem$/] }], places)).toEqual(['a secret in store.db']);
    expect(strayed([SECRET], [{ name: 'log', bytes: around('MARKED nothing') }])).toEqual([]);
  });
});

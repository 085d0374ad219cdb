import fc from 'fast-check';
import { anyJson, anyText } from './shapes.ts';

/** A body as bytes, and what it says that it is. */
export interface Body {
  readonly bytes: Buffer;
  readonly type: string;
}

const asJson = (bytes: string | Buffer): Body => ({ bytes: Buffer.from(bytes), type: 'application/json' });
/** How a text is broken: cut off, with something in it that should not be there, or without a piece. */
const broken = fc
  .tuple(
    anyJson,
    fc.nat(),
    fc.constantFrom('cut', 'insert', 'drop'),
    fc.uint8Array({ minLength: 1, maxLength: 3 }),
  )
  .map(([value, at, how, bytes]) => {
    const text = Buffer.from(JSON.stringify({ value }));
    const place = at % text.length;
    if (how === 'cut') return text.subarray(0, place);
    const rest = text.subarray(how === 'drop' ? place + 1 : place);
    return Buffer.concat([text.subarray(0, place), how === 'drop' ? Buffer.alloc(0) : bytes, rest]);
  });

const deep = fc
  .tuple(
    fc.integer({ min: 1, max: 200_000 }),
    fc.constantFrom<[string, string]>(['[', ']'], ['{"a":', '}'], ['[{"":', '}]']),
  )
  .map(([depth, [open, close]]) => `${open.repeat(depth)}1${close.repeat(depth)}`);

const twice = fc.tuple(anyText, anyJson, anyJson).map(([name, one, other]) => {
  const key = JSON.stringify(name);
  return `{${key}:${JSON.stringify(one)},${key}:${JSON.stringify(other)}}`;
});

const numbers = fc.constantFrom('1e400', '-0', '1E-999', '9007199254740993', '0.1e1', `1${'0'.repeat(400)}`);

/** Bodies that nobody should send. */
export const anyBody: fc.Arbitrary<Body> = fc.oneof(
  anyJson.map((value) => asJson(JSON.stringify(value))),
  broken.map(asJson),
  deep.map(asJson),
  twice.map(asJson),
  numbers.map((number) => asJson(`{"tenant_id":"tenant-a","blast_score":${number}}`)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => asJson(Buffer.from(bytes))),
  fc.constant(
    asJson(Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xfe, 0xc0, 0x80]), Buffer.from('"}')])),
  ),
  fc.constant(asJson(JSON.stringify({ a: 'x'.repeat(3 * 1_048_576) }))),
  fc.constant(asJson(' '.repeat(1_000_000))),
  fc
    .tuple(
      anyJson,
      fc.constantFrom(
        'text/plain',
        'application/xml',
        'application/jsonp',
        'multipart/form-data; boundary=x',
        'application/json; charset=utf-16',
        'application/json;',
        'APPLICATION/JSON',
        '',
        'application/problem+json',
        '\u00ff/\u00ff',
      ),
    )
    .map(([value, type]) => ({ bytes: Buffer.from(JSON.stringify(value)), type })),
);

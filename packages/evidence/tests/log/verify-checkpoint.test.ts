import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { merkleRoot, signCheckpoint, verifyCheckpoint } from '../../src/index.ts';
import { noteKeyHash } from '../../src/log/checkpoint.ts';
import { hostileValues, key, otherKey } from '../support.ts';

const origin = 'hall.example/log';
const root = merkleRoot(['a', 'b', 'c']);
const text = signCheckpoint({ origin, size: 3, root }, key);
const expected = { origin, publicKey: key.publicKey };
const codeOf = (checkpoint: unknown, known = expected) => {
  const reading = verifyCheckpoint(checkpoint, known);
  return reading.ok ? 'ok' : reading.findings[0].code;
};
/** A note of any text, signed as a careless log would sign it. */
const signAny = (note: string, name = origin, signer = key) => {
  const signature = Buffer.concat([noteKeyHash(name, signer.publicKey), signer.sign(note)]);
  return `${note}\n— ${name} ${signature.toString('base64')}\n`;
};
const [line1, line2, line3] = text.split('\n');
const body = `${line1}\n${line2}\n${line3}\n`;

describe('a checkpoint', () => {
  test('A checkpoint that its log signed holds and returns its tree head.', () => {
    expect(verifyCheckpoint(text, expected)).toEqual({ ok: true, findings: [], origin, size: 3, root });
    expect(signAny(body)).toBe(text);
  });

  test('A checkpoint may have the signatures of witnesses and lines of extensions.', () => {
    const witness = signAny(body, 'witness.example', otherKey).slice(body.length + 1);
    expect(codeOf(text + witness)).toBe('ok');
    expect(codeOf(`${body}\n${witness}${text.slice(body.length + 1)}`)).toBe('ok');
    expect(codeOf(signAny(`${body}extension one\nextension two\n`))).toBe('ok');
  });

  test('A checkpoint of another origin does not belong to this log, whoever signed it.', () => {
    const other = signCheckpoint({ origin: 'other.example', size: 3, root }, key);
    expect(codeOf(other)).toBe('CHECKPOINT_ORIGIN_MISMATCH');
    expect(codeOf(text, { ...expected, origin: null as never })).toBe('CHECKPOINT_ORIGIN_MISMATCH');
  });

  test('A checkpoint signed only by others, or under another name, has no known key.', () => {
    expect(codeOf(signCheckpoint({ origin, size: 3, root }, otherKey))).toBe('CHECKPOINT_KEY_UNKNOWN');
    expect(codeOf(signAny(body, 'witness.example'))).toBe('CHECKPOINT_KEY_UNKNOWN');
    for (const publicKey of ['', 'zz', null, `01${'00'.repeat(31)}`]) {
      expect(codeOf(text, { origin, publicKey: publicKey as never })).toBe('CHECKPOINT_KEY_UNKNOWN');
    }
  });

  test('A checkpoint has an invalid signature where any signature in the log’s name is bad.', () => {
    const bad = `— ${origin} ${Buffer.concat([noteKeyHash(origin, key.publicKey), Buffer.alloc(64)]).toString('base64')}\n`;
    const short = `— ${origin} ${Buffer.concat([noteKeyHash(origin, key.publicKey), Buffer.alloc(8)]).toString('base64')}\n`;
    for (const line of [bad, short]) {
      expect(codeOf(`${body}\n${line}`)).toBe('CHECKPOINT_SIGNATURE_INVALID');
      expect(codeOf(text + line)).toBe('CHECKPOINT_SIGNATURE_INVALID');
    }
  });

  test('A checkpoint has no character that can be replaced by another.', () => {
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.string({ minLength: 1, maxLength: 1, unit: 'binary-ascii' }),
        (at, character) => {
          fc.pre(text[at] !== character);
          expect(codeOf(text.slice(0, at) + character + text.slice(at + 1))).not.toBe('ok');
        },
      ),
      { numRuns: 500 },
    );
  });

  test('A checkpoint has no part that can be left out.', () => {
    for (let length = 0; length < text.length; length += 1)
      expect(codeOf(text.slice(0, length))).not.toBe('ok');
    for (let start = 1; start < text.length; start += 1) expect(codeOf(text.slice(start))).not.toBe('ok');
  });
});

describe('a malformed checkpoint', () => {
  test.each([
    ['has a size with a leading zero', signAny(`${origin}\n03\n${line3}\n`)],
    ['has a negative size', signAny(`${origin}\n-3\n${line3}\n`)],
    ['has a size in hexadecimal digits', signAny(`${origin}\n0x3\n${line3}\n`)],
    ['has a size beyond 2^53', signAny(`${origin}\n9007199254740992\n${line3}\n`)],
    ['has no root', signAny(`${origin}\n3\n`)],
    ['has a root of another length', signAny(`${origin}\n3\nAAAA\n`)],
    ['has a root without padding', signAny(`${origin}\n3\n${line3?.replace('=', '')}\n`)],
    ['has an origin with a space', signAny(`a b\n3\n${line3}\n`)],
    ['has an empty line in it', signAny(`${body}\nextension\n`)],
    ['has a control character', signAny(`${body}ext\u0001\n`)],
    ['has a carriage return', text.replaceAll('\n', '\r\n')],
    ['has a lone surrogate', signAny(`${body}\ud800\n`)],
    ['has no signature', `${body}\n`],
    ['has a line that is not a signature', `${text}junk\n`],
    ['has a hyphen for the dash', text.replace('—', '-')],
    ['has a signature without a key hash', `${body}\n— ${origin} AAAA\n`],
    ['has a signature with a third word', text.replace(/\n$/, ' more\n')],
    ['has a signature of no name', `${body}\n—  AAAAAAAA\n`],
    ['does not end', text.slice(0, -1)],
    ['is too long', `${body}${'x'.repeat(1_048_576)}\n${text.slice(body.length)}`],
    ['has too many signatures', text + `— w AAAAAAAA\n`.repeat(100)],
  ])('A checkpoint is malformed if it %s.', (_, checkpoint) => {
    expect(codeOf(checkpoint)).toBe('CHECKPOINT_MALFORMED');
  });

  test('A malformed checkpoint is any value that is not a text, and none of them throws.', () => {
    for (const value of hostileValues()) expect(codeOf(value)).toBe('CHECKPOINT_MALFORMED');
  });
});

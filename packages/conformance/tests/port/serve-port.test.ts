import { PassThrough } from 'node:stream';
import { checkId } from '@wcp/spec';
import { describe, expect, test } from 'vitest';
import { type PortHandlers, servePort } from '../../src/port/serve-port.ts';

const implementation = { name: 'mine', language: 'TypeScript', version: '1.0.0' };
const START = '{"cmd":"start","protocol":1,"revision":"0.2"}';

const thrown = (value: unknown) => () => {
  throw value;
};
const handlers: PortHandlers = {
  check_id: (_, input) => ({ ...checkId((input as { id: string }).id) }),
  decide: async (given) => ({ given }),
  canonicalize: thrown({ code: 'CANONICAL_JSON_INVALID' }),
  record_hash: thrown(Object.assign(new TypeError('not mine'), { code: 'ERR_INVALID_ARG_TYPE' })),
  receipt_hash: thrown(null),
  merkle: () => ({ results: [1n] }),
  package_hash: () => [] as object,
};

/** What the port answers to chunks of input, as text. */
async function serve(chunks: readonly (string | Uint8Array)[]): Promise<string> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const written: Buffer[] = [];
  output.on('data', (chunk: Buffer) => written.push(chunk));
  const served = servePort(handlers, { input, output, implementation });
  for (const chunk of chunks) input.write(chunk);
  input.end();
  await served;
  return Buffer.concat(written).toString();
}

const answers = async (...lines: readonly string[]) =>
  (await serve(lines.map((line) => `${line}\n`)))
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

describe('the answers of a port', () => {
  test('A port answers start with its name and the operations that it has (WCP-11-13).', async () => {
    expect(await answers(START)).toEqual([
      {
        ok: true,
        implementation,
        ops: ['decide', 'check_id', 'canonicalize', 'record_hash', 'receipt_hash', 'merkle', 'package_hash'],
      },
    ]);
  });

  test('A port refuses to start another protocol or revision.', async () => {
    const refusal = { ok: false, protocol: 1, revision: '0.2' };
    expect(await answers('{"cmd":"start","protocol":2,"revision":"0.2"}')).toEqual([refusal]);
    expect(await answers('{"cmd":"start","protocol":1,"revision":"0.3"}')).toEqual([refusal]);
  });

  test('A port answers run with the same seq and a result, even if the handler is asynchronous (WCP-11-14).', async () => {
    const given = { rules: [] };
    const line = JSON.stringify({ cmd: 'run', seq: 17, op: 'decide', given, input: null });
    expect(await answers(line)).toEqual([{ seq: 17, result: { given } }]);
  });

  test('A port answers a refused document with an error code of the operation (WCP-11-15).', async () => {
    expect(await answers('{"cmd":"run","seq":1,"op":"canonicalize"}')).toEqual([
      { seq: 1, error: { code: 'CANONICAL_JSON_INVALID' } },
    ]);
  });

  test('A port answers an operation that it does not have with skipped (WCP-11-17).', async () => {
    for (const op of ['verify_manifest', 'no_such_op', 'constructor', '__proto__', 7]) {
      expect(await answers(JSON.stringify({ cmd: 'run', seq: 2, op }))).toEqual([
        { seq: 2, skipped: { reason: 'no such operation' } },
      ]);
    }
  });

  test.each([
    ['record_hash', 'not mine'],
    ['receipt_hash', 'The handler threw something that is not an error.'],
    ['merkle', expect.stringContaining('BigInt')],
    ['package_hash', 'The handler did not return an object.'],
  ])('A port answers a crash in %s with errored, never with an error (WCP-11-18).', async (op, message) => {
    expect(await answers(JSON.stringify({ cmd: 'run', seq: 3, op }))).toEqual([
      { seq: 3, errored: { message } },
    ]);
  });

  test('A port answers a broken line with errored, and continues.', async () => {
    const all = await answers('{"cmd":', '[]', 'null', '{"cmd":"dance","seq":4}', '', START);
    expect(all.slice(0, 5)).toMatchObject([
      { seq: null, errored: {} },
      { seq: null, errored: {} },
      { seq: null, errored: {} },
      { seq: 4, errored: {} },
      { seq: null, errored: {} },
    ]);
    expect(all[5]).toMatchObject({ ok: true });
  });
});

test('Lines may be chunked anywhere.', async () => {
  const line = Buffer.from(
    `${JSON.stringify({ cmd: 'run', seq: 1, op: 'decide', given: { rules: 'Grüße 世界' }, input: 1 })}\n`,
  );
  const bytes = [...line].map((byte) => Uint8Array.of(byte));
  expect(JSON.parse(await serve(bytes))).toEqual({ seq: 1, result: { given: { rules: 'Grüße 世界' } } });
});

test('A stop ends the loop, and later lines are not answered (WCP-11-20).', async () => {
  expect(await answers('{"cmd":"stop"}', START)).toEqual([]);
});

test('The end of the input ends the loop.', async () => {
  expect(await serve([])).toBe('');
});

test('A referee that disappears ends the loop.', async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const served = servePort(handlers, { input, output, implementation });
  output.destroy(new Error('EPIPE'));
  input.write(`${START}\n`);
  await expect(served).resolves.toBeUndefined();
});

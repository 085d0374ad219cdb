import { sha256, WcpError } from '@wcp/spec';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loggedError } from '../../src/base/logged-error.ts';
import { inputFor } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';

const SECRET = 'patient 4711 has the flu';

/** An error whose message quotes what a tenant sent, as those of parsers do. */
function quoting(): Error {
  try {
    JSON.parse(`{"note": ${SECRET}}`);
  } catch (error) {
    return error as Error;
  }
  throw new Error('That was JSON.');
}

describe('An unexpected error in the log', () => {
  test('It names its kind, code and place, and of its message the size and the hash only.', () => {
    const error = quoting();
    const logged = loggedError(error);
    expect(error.message).toContain('patient');
    expect(logged).not.toContain('patient');
    expect(logged).toContain(`SyntaxError, its message of ${Buffer.byteLength(error.message)} bytes`);
    expect(logged).toContain(sha256(error.message));
    expect(logged).toContain('logged-error.test.ts');
  });

  test('So do the errors that caused it, up to a few.', () => {
    let error: Error = quoting();
    for (let n = 0; n < 10; n += 1) error = new WcpError('ERR_WCP_STORE', `${SECRET} ${n}`, { cause: error });
    const logged = loggedError(error);
    expect(logged).toMatch(/^WcpError ERR_WCP_STORE, /);
    expect(logged.match(/Caused by/g)).toHaveLength(4);
    expect(logged).not.toContain('patient');
  });

  test('A message that looks like a stack is no stack, and a code or name of somebody else’s making is left out.', () => {
    const error = Object.assign(new Error(`x\n    at ${SECRET} (file.ts:1:1)`), { code: `${SECRET}` });
    error.name = SECRET;
    expect(loggedError(error)).not.toContain('patient');
    const renamed = new Error(`${SECRET}\n    at ${SECRET} (file.ts:1:1)`);
    renamed.message = 'another';
    expect(loggedError(renamed)).not.toContain('patient');
  });

  test.each([SECRET, null, undefined, 7, { message: SECRET }])(
    'What is no error (%j) is named by its type.',
    (thrown) => {
      expect(loggedError(thrown)).toBe(`Thrown: ${typeof thrown}.`);
    },
  );
});

test('A request that fails unexpectedly leaves nothing of its content in the log.', async () => {
  const hall = await TestHall.open();
  onTestFinished(() => hall.close());
  Object.assign(hall.hall.parts.dispatcher, { dispatch: () => Promise.reject(quoting()) });
  const answer = await hall.post(
    'tenant',
    '/wcp/dispatch',
    inputFor('tenant-a', { request: { text: SECRET } }),
  );
  expect(answer).toMatchObject({ status: 500, json: { code: 'INTERNAL' } });
  expect(hall.logged).toEqual([expect.stringMatching(/^error SyntaxError, its message of \d+ bytes/)]);
  expect(hall.logged.join()).not.toContain('patient');
});

test('A callback that quotes a request in its error leaves nothing of it in the log.', async () => {
  const fail = () => Promise.reject(new Error(SECRET));
  const hall = await TestHall.open({ notify: { callbacks: [fail] } });
  onTestFinished(() => hall.close());
  await hall.hold();
  await new Promise(setImmediate);
  expect(hall.logged.join('\n')).toContain('An approval callback failed: Error, its message');
  expect(hall.logged.join()).not.toContain('patient');
});

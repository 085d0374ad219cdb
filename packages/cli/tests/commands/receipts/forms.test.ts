import { createPublicKey, verify } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { beforeEach, describe, expect, it } from 'vitest';
import { REQUEST, scratch, wcp } from '../../support/support.ts';
import { DENIED, openTestHall, type TestHall } from '../../support/test-hall.ts';

const [key, next] = [generateSigningKey(), generateSigningKey()];
let test: TestHall;
let file = '';
let dir = '';
beforeEach(async () => {
  const key_files = { prepare: async () => next, complete: async () => {} };
  test = await openTestHall({ key, key_files });
  await test.hall.dispatch(REQUEST);
  await test.hall.dispatch({ ...REQUEST, tenant_id: 'tenant-b', correlation_id: 'c-b' });
  await test.hall.dispatch(DENIED);
  const place = scratch();
  file = join(place, 'forms.jsonl');
  dir = join(place, 'evidence');
});

const exportAs = (form: string, ...more: string[]) =>
  test.as('auditor', ['receipts', 'export', file, '--as', form, ...more]);
const lines = () => readFileSync(file, 'utf8').trimEnd().split('\n');
const documents = () => lines().map((line) => JSON.parse(line));
const isSignedBy = (
  { payload, signatures }: { payload: string; signatures: { sig: string }[] },
  signer: typeof key,
) => {
  const bytes = Buffer.from(payload, 'base64');
  const message = Buffer.concat([
    Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${bytes.length} `),
    bytes,
  ]);
  const signature = Buffer.from(signatures[0]?.sig ?? '', 'base64');
  return verify(null, message, createPublicKey(signer.exportPublicPem()), signature);
};

describe('receipts export --as', () => {
  it('The Hall signs envelopes with the key that is in force when they are made.', async () => {
    expect(await exportAs('dsse')).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('6 receipts as dsse'),
    });
    expect(documents().map((envelope) => isSignedBy(envelope, key))).toEqual(Array(6).fill(true));
    await test.as('admin', ['keys', 'rotate-log']);
    file = `${file}.after`;
    await exportAs('dsse');
    expect(documents().map((envelope) => isSignedBy(envelope, next))).toEqual(Array(7).fill(true));
  });

  it('Events hold the receipts in the order of the log, over more than one page.', async () => {
    for (let index = 0; index < 210; index += 1) await test.hall.route(REQUEST);
    expect((await exportAs('cloudevents')).code).toBe(0);
    expect(documents().map(({ sequence }) => Number(sequence))).toEqual(
      Array.from({ length: 216 }, (_, at) => at),
    );
    file = `${file}.ocsf`;
    expect((await exportAs('ocsf', '--stream', 'tenant-b')).code).toBe(0);
    expect(documents().map(({ metadata }) => metadata.tenant_uid)).toEqual(['tenant-b', 'tenant-b']);
  });

  it('SCITT statements are lines of base64.', async () => {
    expect((await exportAs('scitt')).code).toBe(0);
    expect(lines().map((line) => Buffer.from(line, 'base64')[0])).toEqual(Array(6).fill(0xd2));
  });

  it('A folder of evidence gives the same events as the Hall, and envelopes that say that they are unsigned.', async () => {
    await test.as('auditor', ['receipts', 'export', dir]);
    for (const form of ['cloudevents', 'ocsf']) {
      const { out } = await wcp(['receipts', 'export', '-', '--as', form, '--bundle', dir]);
      expect(out).toBe((await test.as('auditor', ['receipts', 'export', '-', '--as', form])).out);
    }
    const { err, out, code } = await wcp(['receipts', 'export', '-', '--as', 'dsse', '--bundle', dir]);
    expect(code).toBe(0);
    expect(err).toContain('have no signatures');
    expect(JSON.parse(out.split('\n')[0] ?? '').signatures).toEqual([]);
  });

  it('The receipts of one tenant keep their positions in the log.', async () => {
    await test.as('auditor', ['receipts', 'export', dir, '--stream', 'tenant-b']);
    const { out } = await wcp(['receipts', 'export', '-', '--as', 'cloudevents', '--bundle', dir]);
    const whole = await test.as('auditor', [
      'receipts',
      'export',
      '-',
      '--as',
      'cloudevents',
      '--stream',
      'tenant-b',
    ]);
    expect(out).toBe(whole.out);
  });

  it.each([
    [['--as', 'scitt', '--bundle', 'DIR'], 'the key of the log'],
    [['--as', 'xml'], 'Allowed choices are'],
    [['--bundle', 'DIR'], '--bundle goes with --as'],
    [['--as', 'ocsf', '--decisions'], 'hold receipts alone'],
    [['--as', 'ocsf', '--bundle', 'DIR', '--stream', 'a'], 'does not go with'],
  ])('What does not go together is refused: %j.', async (args, message) => {
    const { code, err } = await wcp(['receipts', 'export', file, ...args]);
    expect({ code, isThere: existsSync(file) }).toEqual({ code: 2, isThere: false });
    expect(err.replaceAll('\n', ' ')).toContain(message);
  });

  it('A line that is not a receipt ends the export, and says where it is.', async () => {
    await test.as('auditor', ['receipts', 'export', dir]);
    const receipts = join(dir, 'receipts.jsonl');
    const [first = ''] = readFileSync(receipts, 'utf8').split('\n');
    writeFileSync(receipts, `${first}\n{"kind":"decision"}\n`);
    const { code, err } = await wcp(['receipts', 'export', '-', '--as', 'ocsf', '--bundle', dir]);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('Line 2 is not a receipt.') });
  });

  it('Nothing is overwritten, and a tenant gets no signatures.', async () => {
    writeFileSync(file, 'kept');
    expect((await exportAs('ocsf')).code).toBe(2);
    expect(readFileSync(file, 'utf8')).toBe('kept');
    expect((await test.as('tenant', ['receipts', 'export', '-', '--as', 'dsse'])).code).toBe(2);
  });
});

import { createPublicKey, verify } from 'node:crypto';
import { join } from 'node:path';
import type { SigningKey } from '@wcp/evidence';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { RECEIPT_FORM_NAMES } from '@wcp/spec/hall';
import { afterEach, describe, expect, test } from 'vitest';
import { generateStoreKey } from '../../src/storage/seal/store-key.ts';
import { inputFor } from '../support/documents.ts';
import { TestHall } from '../support/test-hall.ts';

let hall: TestHall;
afterEach(() => hall.close());

const SIGNER = join(import.meta.dirname, '../../../evidence/tests/key/programs/signer.mjs');
const forms = async (form: string, more = '') =>
  (await hall.get('auditor', `/wcp/receipts/forms?form=${form}${more}`)).json.items;

function isSignedBy(
  { payload, signatures }: { payload: string; signatures: { sig: string }[] },
  key: SigningKey,
) {
  const bytes = Buffer.from(payload, 'base64');
  const message = Buffer.concat([
    Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${bytes.length} `),
    bytes,
  ]);
  const signature = Buffer.from(signatures[0]?.sig ?? '', 'base64');
  return verify(null, message, createPublicKey(key.exportPublicPem()), signature);
}

describe('receipts in other forms', () => {
  test('are signed by the program that holds the key of the log.', async () => {
    const seed = '42'.repeat(32);
    const held = signingKeyFromSeed(seed);
    const signer = { command: [process.execPath, SIGNER, seed], timeout_ms: 20_000 };
    hall = await TestHall.open({ signer, store_key: generateStoreKey() });
    await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a'));
    const envelopes = await forms('dsse');
    expect(envelopes.length).toBeGreaterThan(1);
    for (const { document } of envelopes) expect(isSignedBy(document, held)).toBe(true);
    expect((await forms('scitt'))[0].document).toMatch(/^0o/);
  });

  test('hold nothing of what a request said.', async () => {
    hall = await TestHall.open({});
    const request = { text: 'a word that nobody else says' };
    await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a', { request }));
    for (const form of RECEIPT_FORM_NAMES) {
      const documents: (string | object)[] = (await forms(form)).map(
        (item: { document: string | object }) => item.document,
      );
      const text = documents.map((one) =>
        typeof one === 'string' ? Buffer.from(one, 'base64').toString('latin1') : JSON.stringify(one),
      );
      const payloads = documents.map((one) =>
        Buffer.from(String((one as { payload?: string }).payload ?? ''), 'base64').toString(),
      );
      expect(text.length).toBeGreaterThan(1);
      expect([...text, ...payloads].join()).not.toContain('nobody else says');
    }
  });

  test('are given page by page, and to those who see the whole log.', async () => {
    hall = await TestHall.open({});
    for (let index = 0; index < 3; index += 1) await hall.post('tenant', '/wcp/route', inputFor('tenant-a'));
    const first = (await hall.get('auditor', '/wcp/receipts/forms?form=ocsf&limit=2')).json;
    const rest = await forms('ocsf', `&cursor=${first.next_cursor}`);
    expect([...first.items, ...rest].map(({ position }) => position)).toEqual(
      [...first.items, ...rest].map((_, index) => index),
    );
    expect((await hall.get('tenant', '/wcp/receipts/forms?form=ocsf')).status).toBe(403);
    expect((await hall.get('auditor', '/wcp/receipts/forms?form=xml')).status).toBe(400);
  });
});

import { CloudEvent, HTTP } from 'cloudevents';
import { describe, expect, test } from 'vitest';
import { receiptEvent } from '../../src/form/index.ts';
import { verifyReceipts } from '../../src/index.ts';
import { keys } from '../support.ts';
import { EACH_SAMPLE, placed, SAMPLES } from './sample-receipts.ts';

const allowed = SAMPLES['allowed'] as NonNullable<(typeof SAMPLES)[string]>;

describe('A receipt as a CloudEvent', () => {
  test.each(EACH_SAMPLE)('is one in the eyes of the official SDK: %s.', (_, receipt) => {
    const event = new CloudEvent({ ...receiptEvent(placed(receipt)) });
    expect(event.validate()).toBe(true);
    expect(event.data).toEqual(receipt);
  });

  test('is read from HTTP in structured mode.', () => {
    const event = receiptEvent(placed(allowed));
    const headers = { 'content-type': 'application/cloudevents+json' };
    const read = HTTP.toEvent({ headers, body: JSON.stringify(event) }) as CloudEvent<object>;
    expect(read.type).toBe('wcp.receipt.decision');
    expect(read['sequence']).toBe('0000000000000007');
    expect(read['partitionkey']).toBe('tenant-1');
  });

  test('holds a receipt that still verifies.', () => {
    const { data } = JSON.parse(JSON.stringify(receiptEvent(placed(allowed))));
    expect(verifyReceipts([data], keys).ok).toBe(true);
  });

  test('sorts as text in the order of the log.', () => {
    const sequences = [2, 10, 2 ** 53 - 1].map(
      (position) => receiptEvent(placed(allowed, position)).sequence,
    );
    expect(sequences.toSorted()).toEqual(sequences);
  });

  test.each(['hall.example/wcp', 'hall/ä%?#', '\ud800', 'a:b//c'])(
    'has a source that is a URI: %j.',
    (origin) => {
      const { source } = receiptEvent({ ...placed(allowed), origin });
      expect(source).toMatch(/^urn:wcp:log:[A-Za-z0-9_.!~*'()/%-]+$/);
      expect(new CloudEvent({ ...receiptEvent({ ...placed(allowed), origin }) }).validate()).toBe(true);
    },
  );

  test('is about what changed where there is no decision.', () => {
    const subjects = ['rotated', 'enrolled', 'forgotten'].map(
      (name) => receiptEvent(placed(SAMPLES[name] as typeof allowed)).subject.split(':')[0],
    );
    expect(subjects).toEqual(['ed25519', 'org.acme.doc-summarizer.prod-01', allowed.receipt_id]);
  });
});

import type { Receipt } from '@wcp/spec';
import { ReceiptSchema } from '@wcp/spec/document';
import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { ocsfEvent } from '../../src/form/index.ts';
import { verifyReceipts } from '../../src/index.ts';
import { keys } from '../support.ts';
import { OCSF_SCHEMAS } from './ocsf-schemas.ts';
import { EACH_SAMPLE, placed, SAMPLES } from './sample-receipts.ts';

const sample = (name: string) => ocsfEvent(placed(SAMPLES[name] as Receipt));

describe('A receipt as an event of OCSF', () => {
  test.each(EACH_SAMPLE)('is made from a receipt that fits its schema: %s.', (_, receipt) => {
    expect([...Compile(ReceiptSchema).Errors(receipt)]).toEqual([]);
  });

  test.each(EACH_SAMPLE)(
    'has what its class requires, and nothing that the class does not know: %s.',
    (_, receipt) => {
      const event = ocsfEvent(placed(receipt));
      const schema = Compile(OCSF_SCHEMAS[event.class_uid as keyof typeof OCSF_SCHEMAS]);
      expect([...schema.Errors(event)]).toEqual([]);
      expect(event.type_uid).toBe(event.class_uid * 100 + event.activity_id);
      expect(event.category_uid).toBe(Math.floor(event.class_uid / 1000));
    },
  );

  test.each(EACH_SAMPLE)('holds a receipt that still verifies: %s.', (_, receipt) => {
    expect(verifyReceipts([JSON.parse(ocsfEvent(placed(receipt)).raw_data)], keys).ok).toBe(true);
  });

  test('says how a decision or its outcome turned out.', () => {
    const names = [
      'allowed',
      'denied',
      'held',
      'succeeded',
      'failed',
      'timed out',
      'without a known outcome',
    ];
    expect(names.map((name) => sample(name).status_id)).toEqual([1, 2, 99, 1, 2, 2, 0]);
    expect(names.map((name) => sample(name).severity_id)).toEqual([1, 2, 1, 1, 2, 2, 2]);
    expect(sample('denied')).toMatchObject({
      status_code: 'DENY_NO_MATCHING_RULE',
      actor: { app_uid: 'tenant-1', authorizations: [{ decision: 'DENY' }] },
      api: { operation: 'cap.doc.summarize', response: { error: 'DENY_NO_MATCHING_RULE' } },
    });
    expect(sample('succeeded')['duration']).toBe(13);
  });

  test('says what changed where there is no decision.', () => {
    const names = ['enrolled', 'rotated', 'forgotten', 'restored'];
    expect(names.map((name) => (sample(name)['entity'] as { type: string }).type)).toEqual([
      'worker',
      'log key',
      'payload',
      'log',
    ]);
    expect(names.map((name) => sample(name).activity_id)).toEqual([3, 3, 4, 99]);
  });

  test('takes the time of its id where the receipt has none.', () => {
    expect(sample('without anything readable').time).toBe(0x01890a5dac96);
    expect(sample('allowed').time).toBe(Date.UTC(2026, 0, 1));
  });

  test('is refused for a kind that nobody knows.', () => {
    const receipt = { ...SAMPLES['allowed'], kind: 'constructor' } as unknown as Receipt;
    expect(() => ocsfEvent(placed(receipt))).toThrow(expect.objectContaining({ code: 'ERR_WCP_RECEIPT' }));
  });
});

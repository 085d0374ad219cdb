import { expect, test } from 'vitest';
import { describeContained, HELD, openWorker } from './support.ts';

const TEXT =
  'The sea is deep and cold. Ships cross it every day. Sailors fear storms more than anything else.';

/** Workers that touch nothing: each with a request, and a part of the answer. */
const WORKERS = [
  ['hello-worker', { env: 'stage' }, { name: 'Ada' }, { greeting: expect.stringContaining('Ada') }],
  ['doc-chunker', {}, { text: TEXT }, { chunks: [expect.objectContaining({ text: TEXT })] }],
  ['doc-summarizer', {}, { text: TEXT, max_sentences: 1 }, { summary: expect.stringContaining('.') }],
  ['embedder', {}, { texts: ['a lighthouse'] }, { vectors: [expect.objectContaining({ length: 100 })] }],
  ['wordcount-py', {}, { text: 'One two, one.' }, { words: 3 }],
] as const;

describeContained('a contained worker that touches nothing', () => {
  test.each(WORKERS)('The %s does its work with the envelope that it publishes.', async (...row) => {
    const [name, members, request, answer] = row;
    const { ask } = await openWorker({ name });
    for (let call = 0; call < 2; call += 1) {
      const { result, outcome_receipt } = await ask(request, members);
      expect(result?.result).toMatchObject(answer);
      expect(outcome_receipt).toMatchObject({ outcome: { status: 'ok' }, enforcement: HELD });
    }
  });
});

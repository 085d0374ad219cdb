import { z } from 'zod';

/** The longest text that is read, in UTF-16 code units. */
const MAX_TEXT_LENGTH = 2_000_000;

/** A request: the text itself, never a path or an address. */
export const input = z.strictObject({
  text: z.string().min(1).max(MAX_TEXT_LENGTH),
  max_sentences: z.int().min(1).max(20).default(5),
  format: z.enum(['text', 'markdown']).default('text'),
});

/** A sentence of the summary, with its place among the sentences of the document (from 0). */
const sentence = z.strictObject({
  text: z.string().min(1),
  index: z.int().min(0),
  score: z.number().min(0).max(1),
});

/** A summary, what it consists of, and what it was made from. */
export const output = z.strictObject({
  summary: z.string(),
  sentences: z.array(sentence).max(20),
  statistics: z.strictObject({
    sentences: z.int().min(0),
    words: z.int().min(0),
    /** Words of the summary for each word of the document. */
    compression: z.number().min(0).max(1),
  }),
  keywords: z.array(z.string()).max(10),
});

/** A request to the worker. */
export type Request = z.infer<typeof input>;
/** The result of the worker. */
export type Summary = z.infer<typeof output>;

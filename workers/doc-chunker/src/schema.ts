import { z } from 'zod';

/** The longest text that is read, in UTF-16 code units. */
const MAX_TEXT_LENGTH = 2_000_000;

/** A request: the text itself, never a path or an address. */
export const input = z.strictObject({
  text: z.string().max(MAX_TEXT_LENGTH),
  format: z.enum(['text', 'markdown']).default('text'),
  /** The most tokens of a chunk. */
  max_tokens: z.int().min(20).max(2000).default(500),
});

const chunk = z.strictObject({
  /** Its place among the chunks, from 0. */
  index: z.int().min(0),
  /** The text from `start` to `end`, unchanged from the document. */
  text: z.string().min(1),
  /** Tokens of `text` in the encoding cl100k_base. */
  tokens: z.int().min(1),
  /** Where it begins in the document, and where it ends, exclusive; in UTF-16 code units. */
  start: z.int().min(0),
  end: z.int().min(1),
  /** The path of its headings, `A > B`; null when there are none. */
  heading: z.string().nullable(),
});

/** The chunks of a document in its order, and how many tokens they have together. */
export const output = z.strictObject({ chunks: z.array(chunk), tokens: z.int().min(0) });

/** A request to the worker. */
export type Request = z.infer<typeof input>;
/** One piece of the document. */
export type Chunk = z.infer<typeof chunk>;
/** The result of the worker. */
export type Chunks = z.infer<typeof output>;

import { z } from 'zod';

/** The most texts of one request. */
const MAX_TEXTS = 512;
/** The longest text, in UTF-16 code units. */
const MAX_TEXT_LENGTH = 20_000;
/** The most numbers that a vector may have. */
const MAX_DIMENSIONS = 8192;

/** A request: the texts themselves. */
export const input = z.strictObject({
  texts: z.array(z.string().max(MAX_TEXT_LENGTH)).min(1).max(MAX_TEXTS),
});

/** One vector for each text, in their order, of unit length. */
export const output = z.strictObject({
  /** The model of the vectors: only vectors of the same model can be compared. */
  model: z.string(),
  dimensions: z.int().min(1).max(MAX_DIMENSIONS),
  vectors: z.array(z.array(z.number())),
  /** The indexes of the texts of which the model knows nothing; their vectors are zero. */
  unknown: z.array(z.int().min(0)),
});

/** The answer of a model server to `POST /api/embed`; other members are ignored. */
export const serverAnswer = z.object({
  model: z.string().optional(),
  embeddings: z.array(z.array(z.number()).min(1).max(MAX_DIMENSIONS)).min(1),
  prompt_eval_count: z.int().min(0).optional(),
});

/** A request to the worker. */
export type Request = z.infer<typeof input>;
/** The result of the worker. */
export type Embeddings = z.infer<typeof output>;

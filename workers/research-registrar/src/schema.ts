import { z } from 'zod';

const vector = z.array(z.number()).min(1).max(4096);
const model = z.string().min(1).max(200);
const heading = z.string().max(1000).nullable();

/** Who signed the hash of a document: Ed25519 over the UTF-8 of `sha256` as it is given. */
const signature = z.strictObject({
  signing_key_id: z.string().max(200),
  /** The raw key. */
  public_key: z.string().regex(/^[0-9a-f]{64}$/),
  signature: z.base64().length(88),
});

/** A document to register: where it is from, its hash, and its pieces with their vectors. */
const registration = z
  .strictObject({
    source: z.string().min(1).max(2000),
    title: z.string().max(1000).nullable(),
    sha256: z.string().regex(/^(?:sha256:)?[0-9a-f]{64}$/),
    signature: signature.optional(),
    model,
    chunks: z
      .array(z.strictObject({ text: z.string().min(1).max(20_000), heading, vector }))
      .min(1)
      .max(2000),
  })
  .superRefine(({ chunks }, refinement) => {
    const odd = chunks.findIndex((chunk) => chunk.vector.length !== chunks[0]?.vector.length);
    if (odd < 0) return;
    const message = 'The vectors of a document have one length.';
    refinement.addIssue({ code: 'custom', path: ['chunks', odd, 'vector'], message });
  });

/** A question: words, and where the caller has one a vector of the same model as the documents'. */
const question = z
  .strictObject({
    query: z.string().min(1).max(4000),
    vector: vector.optional(),
    model: model.optional(),
    limit: z.int().min(1).max(50).default(5),
  })
  .superRefine((asked, refinement) => {
    if ((asked.vector === undefined) === (asked.model === undefined)) return;
    const path = [asked.vector === undefined ? 'vector' : 'model'];
    refinement.addIssue({ code: 'custom', path, message: 'A vector and its model come together.' });
  });

/** What `cap.research.register` takes. */
export type Registration = z.infer<typeof registration>;
/** What `cap.mem.retrieve` takes. */
export type Question = z.infer<typeof question>;

/** A request of either capability; which of the two it is to be shows in its members. */
export const input = z.unknown().transform((value, refinement): Registration | Question => {
  const read = (isQuestion(value) ? question : registration).safeParse(value);
  if (read.success) return read.data;
  for (const { path, message } of read.error.issues) {
    refinement.addIssue({ code: 'custom', path: [...path], message });
  }
  return z.NEVER;
});

/** Whether a request asks rather than registers. */
export function isQuestion(value: unknown): value is Question {
  return typeof value === 'object' && value !== null && 'query' in value;
}

const store = z.enum(['memory', 'file']);

/** What was registered. */
const registered = z.strictObject({
  document_id: z.string(),
  chunks: z.int().min(1),
  /** Whether it took the place of what was registered from the same source before. */
  replaced: z.boolean(),
  store,
});

/** A piece of a document that fits a question. */
const hit = z.strictObject({
  document_id: z.string(),
  source: z.string(),
  title: z.string().nullable(),
  heading: z.string().nullable(),
  text: z.string(),
  score: z.number().min(0),
});

/** What the worker answers, the best piece first. */
export const output = z.union([registered, z.strictObject({ hits: z.array(hit).max(50), store })]);

/** What `cap.research.register` answers. */
export type Registered = z.infer<typeof registered>;
/** A piece of a document that fits a question. */
export type Hit = z.infer<typeof hit>;

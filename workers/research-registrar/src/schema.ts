import { z } from 'zod';

const vector = z.array(z.number()).min(1).max(4096);
const model = z.string().min(1).max(200);
const heading = z.string().max(1000).nullable();

/** A signature of the hash of a document: Ed25519 over the UTF-8 of `sha256` as it is given. */
const signature = z.strictObject({
  signing_key_id: z.string().max(200),
  /** The raw public key. */
  public_key: z.string().regex(/^[0-9a-f]{64}$/),
  signature: z.base64().length(88),
});

/** Which part of a source a document is: a text that is too long for one request is registered in parts. */
const part = z
  .strictObject({ number: z.int().min(1).max(10_000), of: z.int().min(1).max(10_000) })
  .refine(({ number, of }) => number <= of, { path: ['number'], message: 'The last part is number `of`.' });

/** A document to register: its source, its hash, and its chunks with their vectors. */
export const registration = z
  .strictObject({
    source: z.string().min(1).max(2000),
    /** Absent: the source has one part. */
    part: part.optional(),
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
    const message = 'All vectors of a document must have the same length.';
    refinement.addIssue({ code: 'custom', path: ['chunks', odd, 'vector'], message });
  });

/** A question: words, and optionally a vector of the same model as the documents'. */
export const question = z
  .strictObject({
    query: z.string().min(1).max(4000),
    vector: vector.optional(),
    model: model.optional(),
    limit: z.int().min(1).max(50).default(5),
  })
  .superRefine((request, refinement) => {
    if ((request.vector === undefined) === (request.model === undefined)) return;
    const path = [request.vector === undefined ? 'vector' : 'model'];
    refinement.addIssue({ code: 'custom', path, message: 'Give a vector and its model together.' });
  });

/** The request of `cap.research.register`. */
export type Registration = z.infer<typeof registration>;
/** The request of `cap.mem.retrieve`. */
export type Question = z.infer<typeof question>;

/** A request of either capability, which its members distinguish. */
export const input = z.unknown().transform((value, refinement): Registration | Question => {
  const read = (isQuestion(value) ? question : registration).safeParse(value);
  if (read.success) return read.data;
  for (const { path, message } of read.error.issues) {
    refinement.addIssue({ code: 'custom', path: [...path], message });
  }
  return z.NEVER;
});

/** Whether a request is a question and not a registration. */
export function isQuestion(value: unknown): value is Question {
  return typeof value === 'object' && value !== null && 'query' in value;
}

const store = z.enum(['memory', 'file']);

/** The result of a registration. */
export const registered = z.strictObject({
  document_id: z.string(),
  chunks: z.int().min(1),
  /** Whether it replaced an earlier document of the same source and part, or removed parts that came after it. */
  replaced: z.boolean(),
  store,
});

/** A chunk of a document that fits a question. */
const hit = z.strictObject({
  document_id: z.string(),
  source: z.string(),
  title: z.string().nullable(),
  heading: z.string().nullable(),
  text: z.string(),
  score: z.number().min(0),
});

/** The result of a question, the best chunk first. */
export const found = z.strictObject({ hits: z.array(hit).max(50), store });

/** The result of the worker. */
export const output = z.union([registered, found]);

/** The result of `cap.research.register`. */
export type Registered = z.infer<typeof registered>;
/** A chunk of a document that fits a question. */
export type Hit = z.infer<typeof hit>;

import { z } from 'zod';

const heading = z.string().nullable();
const vector = z.array(z.number());

/** The members of each worker's result that the pipeline reads; others are ignored. */
const ANSWERS = {
  'cap.web.fetch': z.object({
    url: z.string(),
    title: z.string().nullable(),
    text: z.string(),
    format: z.enum(['text', 'markdown']),
    encoding: z.string().optional(),
    encoding_guessed: z.boolean().optional(),
  }),
  'cap.doc.chunk': z.object({ chunks: z.array(z.object({ text: z.string().min(1), heading })) }),
  'cap.ml.embed': z.object({ model: z.string(), vectors: z.array(vector), unknown: z.array(z.int()) }),
  'cap.doc.hash': z.object({
    sha256: z.string(),
    signature: z.string(),
    signing_key_id: z.string(),
    public_key: z.string(),
  }),
  'cap.research.register': z.object({ document_id: z.string(), chunks: z.int(), replaced: z.boolean() }),
  'cap.mem.retrieve': z.object({
    hits: z.array(z.object({ source: z.string(), heading, text: z.string(), score: z.number() })),
  }),
} as const;

/** A capability that the pipeline uses. */
export type PipelineCapability = keyof typeof ANSWERS;
/** The part of the answer that it reads. */
export type AnswerOf<C extends PipelineCapability> = z.infer<(typeof ANSWERS)[C]>;

/** Reads the result of a worker; null if it does not fit the capability. */
export function readWorkerAnswer<C extends PipelineCapability>(
  capability: C,
  result: unknown,
): AnswerOf<C> | null {
  const read = ANSWERS[capability].safeParse(result);
  return read.success ? (read.data as AnswerOf<C>) : null;
}

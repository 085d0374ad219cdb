import { z } from 'zod';

/** The longest text that is read, in UTF-16 code units; a line of input has at most 8 MiB. */
const MAX_TEXT_LENGTH = 8_000_000;

/**
 * Any JSON object, passed on unchanged: a schema that copies it would drop a member named `__proto__`, and
 * two documents would have the same hash.
 */
const document = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'A document must be a JSON object.',
);

/** A request: a text, or a JSON object. */
export const input = z
  .strictObject({ text: z.string().max(MAX_TEXT_LENGTH).optional(), document: document.optional() })
  .refine(
    (request) => (request.text === undefined) !== (request.document === undefined),
    'Give either a text or a document.',
  );

/** The hash, and everything needed to verify its signature. */
export const output = z.strictObject({
  sha256: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  algorithm: z.literal('ed25519'),
  /** Over the UTF-8 of `sha256`, in base64. */
  signature: z.base64().length(88),
  /** `ed25519:` and the first 16 hexadecimal digits of the SHA-256 of the raw public key. */
  signing_key_id: z.string().regex(/^ed25519:[0-9a-f]{16}$/),
  /** The raw public key. */
  public_key: z.string().regex(/^[0-9a-f]{64}$/),
  /** Whether the operator configured the key, or this process generated it. */
  key: z.enum(['configured', 'ephemeral']),
});

/** A request to the worker. */
export type Request = z.infer<typeof input>;
/** The result of the worker. */
export type SignedHash = z.infer<typeof output>;

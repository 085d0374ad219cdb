import { z } from 'zod';

/** The longest URL, in UTF-16 code units: a `data:` URL contains its whole file. */
const MAX_URL_LENGTH = 8_000_000;

/** What to fetch, with limits for time and size. */
export const input = z.strictObject({
  url: z.string().min(1).max(MAX_URL_LENGTH),
  /** The maximum size of the content in bytes, after decompression. */
  max_bytes: z.int().min(1).max(10_000_000).default(2_000_000),
  /** The maximum time for everything, redirects included. */
  timeout_ms: z.int().min(1).max(60_000).default(15_000),
  max_redirects: z.int().min(0).max(10).default(5),
});

/** The text of a page, and where it is from. */
export const output = z.strictObject({
  /** Where the text is from, after all redirects; of a `data:` URL only the part before its content. */
  url: z.string(),
  status: z.int().min(200).max(299),
  /** The media type without its parameters, such as `text/html`. */
  content_type: z.string(),
  title: z.string().nullable(),
  text: z.string(),
  /** HTML becomes Markdown. */
  format: z.enum(['text', 'markdown']),
  /** The encoding that the content was decoded from, such as `utf-8` or `gb18030`. */
  encoding: z.string(),
  /** Whether nothing named the encoding and the content is not UTF-8, so that it was told from the content. */
  encoding_guessed: z.boolean(),
  /** Bytes of the content, after decompression. */
  bytes: z.int().min(0),
  /** The URLs that redirected, in order. */
  redirects: z.array(z.string()),
});

/** A request to the worker. */
export type Request = z.infer<typeof input>;
/** The result of the worker. */
export type Page = z.infer<typeof output>;

import { parseMIMEType } from 'undici';
import { Refusal } from '../refusal.ts';

/** What the content of a response is. */
export interface MediaType {
  /** Type and subtype in lower case. */
  readonly essence: string;
  /** How it becomes text. */
  readonly kind: 'html' | 'markdown' | 'text';
  /** The name of its character encoding; null when there is none. */
  readonly charset: string | null;
}

/** Every type that can be read. */
const KINDS: ReadonlyMap<string, MediaType['kind']> = new Map([
  ['text/html', 'html'],
  ['application/xhtml+xml', 'html'],
  ['text/markdown', 'markdown'],
  ['text/x-markdown', 'markdown'],
  ['text/plain', 'text'],
]);

const MARKDOWN_FILE = /\.(?:md|markdown)$/i;
const MAX_TYPE_LENGTH = 200;

/**
 * Reads a `content-type`, which is whatever a server sends. Servers often say of a Markdown file that it
 * is plain text.
 */
export function readMediaType(header: string | null, path: string): MediaType | Refusal {
  const type = parseMIMEType(header ?? '');
  if (type === 'failure') return unsupported('of no type');
  const { essence, parameters } = type;
  const kind = KINDS.get(essence);
  if (kind === undefined) return unsupported(`of the type ${essence.slice(0, MAX_TYPE_LENGTH)}`);
  const isMarkdown = kind === 'text' && MARKDOWN_FILE.test(path);
  return { essence, kind: isMarkdown ? 'markdown' : kind, charset: parameters.get('charset') ?? null };
}

function unsupported(type: string): Refusal {
  return new Refusal('FETCH_UNSUPPORTED_TYPE', `The content is ${type}, not HTML, Markdown or plain text.`);
}

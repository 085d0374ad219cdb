import { Refusal } from './refusal.ts';

/** What the content of an answer is. */
export interface MediaType {
  /** Type and subtype in small letters. */
  readonly essence: string;
  /** How it is turned into text. */
  readonly kind: 'html' | 'markdown' | 'text';
  /** The label of the encoding of its characters; null where there is none. */
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

const ESSENCE = /^[a-z0-9!#$&^_.+-]{1,100}\/[a-z0-9!#$&^_.+-]{1,100}$/;
const CHARSET = /^\s*charset\s*=\s*"?([^\s"]{1,40})"?\s*$/i;
const MARKDOWN_FILE = /\.(?:md|markdown)$/i;

/**
 * Reads a `content-type`, which is whatever a server sends. Of a file that is named like Markdown a
 * server often says that it is plain text.
 */
export function readMediaType(header: string | null, path: string): MediaType | Refusal {
  const [type = '', ...parameters] = (header ?? '').split(';');
  const essence = type.trim().toLowerCase();
  const kind = KINDS.get(essence);
  if (kind === undefined) return new Refusal('FETCH_UNSUPPORTED_TYPE', sentenceOf(essence));
  const [charset] = parameters.flatMap((each) => CHARSET.exec(each)?.[1] ?? []);
  const isMarkdown = kind === 'text' && MARKDOWN_FILE.test(path);
  return { essence, kind: isMarkdown ? 'markdown' : kind, charset: charset ?? null };
}

function sentenceOf(essence: string): string {
  const type = ESSENCE.test(essence) ? `of the type ${essence}` : 'of no type';
  return `The content is ${type}, not HTML, Markdown or plain text.`;
}

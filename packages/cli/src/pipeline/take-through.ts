import { count } from '../print/layout.ts';
import type { DispatchChain } from './dispatch-chain.ts';
import { partsOf } from './document/document-parts.ts';
import type { SourceDocument } from './document/source-document.ts';
import { embedTexts } from './embed-texts.ts';
import {
  MAX_SOURCE_LENGTH,
  MAX_TITLE_LENGTH,
  type Part,
  type RegisteredDocument,
  registerParts,
} from './register-parts.ts';
import type { AnswerOf } from './worker-answers.ts';

/** The most bytes that are fetched: the text must also fit into the answer of the worker. */
const MAX_BYTES = 6_000_000;

type Page = AnswerOf<'cap.web.fetch'>;
type Chunk = AnswerOf<'cap.doc.chunk'>['chunks'][number];

/**
 * Takes a document through the five capabilities of the canonical pipeline (section 10.2), in order
 * and under one correlation id. Null if one of them did not succeed: the dispatch chain says why. A document
 * that is too long for one request goes through in parts, and each costs blast.
 */
export async function takeThrough(
  chain: DispatchChain,
  document: SourceDocument,
): Promise<RegisteredDocument | null> {
  const page = await chain.dispatch(
    'cap.web.fetch',
    { url: document.url, max_bytes: MAX_BYTES },
    pageSummary,
  );
  if (page === null) return null;
  const chunked = await chunkParts(chain, page);
  if (chunked === null) return null;
  const chunks = chunked.flatMap((part) => part.chunks);
  if (chunks.length === 0) return chain.fail('cap.doc.chunk', 'The document contains no text to register.');
  const embedded = await embedTexts(
    chain,
    chunks.map(({ text }) => text),
  );
  if (embedded === null) return null;
  const source = (document.bytes === null ? page.url : document.name).slice(0, MAX_SOURCE_LENGTH);
  const head = { source, title: titleOf(page, chunks), model: embedded.model };
  return registerParts(chain, head, withVectors(chunked, embedded.vectors));
}

async function chunkParts(chain: DispatchChain, { text, format }: Page) {
  const parts: { readonly text: string; readonly chunks: readonly Chunk[] }[] = [];
  for (const part of partsOf(text)) {
    const chunked = await chain.dispatch('cap.doc.chunk', { text: part, format }, chunkSummary);
    if (chunked === null) return null;
    if (chunked.chunks.length > 0) parts.push({ text: part, chunks: chunked.chunks });
  }
  return parts;
}

function withVectors(
  parts: readonly { readonly text: string; readonly chunks: readonly Chunk[] }[],
  vectors: readonly (readonly number[])[],
): Part[] {
  let next = 0;
  return parts.map(({ text, chunks }) => ({
    text,
    chunks: chunks.map((chunk) => ({ ...chunk, vector: vectors[next++] ?? [] })),
  }));
}

function pageSummary(page: Page): string {
  const { text, format, title, encoding, encoding_guessed = false } = page;
  const name = title === null ? '' : `, "${title}"`;
  const guess = encoding_guessed ? `, read as ${encoding}, which its bytes suggest` : '';
  return `${text.length.toLocaleString('en-GB')} characters of ${format}${name}${guess}`;
}

function chunkSummary({ chunks }: AnswerOf<'cap.doc.chunk'>): string {
  return count(chunks.length, 'chunk');
}

/** The title of the page, else its first heading. */
function titleOf(page: Page, chunks: readonly Chunk[]): string | null {
  const heading = chunks.find((chunk) => chunk.heading !== null)?.heading?.split(' > ')[0];
  const title = (page.title ?? heading ?? '').trim();
  return title === '' ? null : title.slice(0, MAX_TITLE_LENGTH);
}

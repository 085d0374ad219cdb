import { count } from '../print/layout.ts';
import type { DispatchChain } from './dispatch-chain.ts';
import { type EmbeddedTexts, embedTexts } from './embed-texts.ts';
import type { SourceDocument } from './source-document.ts';
import type { AnswerOf } from './worker-answers.ts';

/** A document that was registered. */
export interface RegisteredDocument {
  readonly document_id: string;
  readonly source: string;
  readonly title: string | null;
  readonly chunks: number;
}

/** The longest title or heading that is registered. */
const MAX_TITLE_LENGTH = 1000;
const MAX_SOURCE_LENGTH = 2000;
/** More text does not fit into the requests that follow. */
const MAX_BYTES = 900_000;

/**
 * Takes a document through the five capabilities of the canonical pipeline (section 10.2), in order
 * and under one correlation id. Null if one of them did not succeed: the dispatch chain says why.
 */
export async function takeThrough(
  chain: DispatchChain,
  document: SourceDocument,
): Promise<RegisteredDocument | null> {
  const fetching = { url: document.url, max_bytes: MAX_BYTES };
  const page = await chain.dispatch('cap.web.fetch', fetching, pageSummary);
  if (page === null) return null;
  const { text, format } = page;
  const chunked = await chain.dispatch('cap.doc.chunk', { text, format }, chunkSummary);
  if (chunked === null) return null;
  const texts = chunked.chunks.map((chunk) => chunk.text);
  if (texts.length === 0) return chain.fail('cap.doc.chunk', 'The document contains no text to register.');
  const embedded = await embedTexts(chain, texts);
  if (embedded === null) return null;
  const hash = await chain.dispatch('cap.doc.hash', { text }, hashSummary);
  if (hash === null) return null;
  const source = (document.bytes === null ? page.url : document.name).slice(0, MAX_SOURCE_LENGTH);
  const title = titleOf(page, chunked);
  const registration = { source, title, ...signatureOf(hash), ...chunksOf(chunked, embedded) };
  const registered = await chain.dispatch('cap.research.register', registration, registrationSummary);
  if (registered === null) return null;
  return { document_id: registered.document_id, source, title, chunks: registered.chunks };
}

function signatureOf({ sha256, signature, signing_key_id, public_key }: AnswerOf<'cap.doc.hash'>) {
  return { sha256, signature: { signing_key_id, public_key, signature } };
}

function chunksOf({ chunks }: AnswerOf<'cap.doc.chunk'>, { model, vectors }: EmbeddedTexts) {
  const registered = chunks.map(({ text, heading }, index) => ({
    text,
    heading: heading?.slice(0, MAX_TITLE_LENGTH) ?? null,
    vector: vectors[index],
  }));
  return { model, chunks: registered };
}

function hashSummary({ sha256, signing_key_id }: AnswerOf<'cap.doc.hash'>): string {
  return `${sha256.slice(0, 23)}…, signed with ${signing_key_id}`;
}

function pageSummary(page: AnswerOf<'cap.web.fetch'>): string {
  const { text, format, title, encoding, encoding_guessed = false } = page;
  const name = title === null ? '' : `, "${title}"`;
  const guess = encoding_guessed ? `, read as ${encoding}, which its bytes suggest` : '';
  return `${text.length.toLocaleString('en-GB')} characters of ${format}${name}${guess}`;
}

function chunkSummary({ chunks }: AnswerOf<'cap.doc.chunk'>): string {
  return count(chunks.length, 'chunk');
}

function registrationSummary({ document_id, chunks, replaced }: AnswerOf<'cap.research.register'>): string {
  const what = replaced ? ', replacing the earlier one from this source' : '';
  return `document ${document_id}, ${count(chunks, 'chunk')}${what}`;
}

/** The title of the page, else its first heading. */
function titleOf(page: AnswerOf<'cap.web.fetch'>, { chunks }: AnswerOf<'cap.doc.chunk'>): string | null {
  const heading = chunks.find((chunk) => chunk.heading !== null)?.heading?.split(' > ')[0];
  const title = (page.title ?? heading ?? '').trim();
  return title === '' ? null : title.slice(0, MAX_TITLE_LENGTH);
}

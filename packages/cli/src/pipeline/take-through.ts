import { count } from '../print/layout.ts';
import { batchesOf } from './batches.ts';
import type { DispatchChain } from './dispatch-chain.ts';
import { partsOf } from './document-parts.ts';
import { embedTexts } from './embed-texts.ts';
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
/** The most bytes that are fetched: the text must also fit into the answer of the worker. */
const MAX_BYTES = 6_000_000;
/** The most chunks that the registrar takes in one request. */
const MAX_CHUNKS = 2000;

type Page = AnswerOf<'cap.web.fetch'>;
type Chunk = AnswerOf<'cap.doc.chunk'>['chunks'][number];

/** A part of the document with its chunks; most documents are one part. */
interface Part {
  readonly text: string;
  readonly chunks: readonly (Chunk & { readonly vector: readonly number[] })[];
}

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
  const registrations = await registrationsOf(chain, withVectors(chunked, embedded.vectors));
  return registrations === null ? null : register(chain, head, registrations);
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

/** What is registered: the chunks of a part as far as they fit into a request, with the signed hash of the part. */
async function registrationsOf(chain: DispatchChain, parts: readonly Part[]) {
  const registrations: object[] = [];
  for (const { text, chunks } of parts) {
    const hash = await chain.dispatch('cap.doc.hash', { text }, hashSummary);
    if (hash === null) return null;
    const { sha256, signature, signing_key_id, public_key } = hash;
    const proof = { sha256, signature: { signing_key_id, public_key, signature } };
    const registered = chunks.map(({ text: chunk, heading, vector }) => ({
      text: chunk,
      heading: heading?.slice(0, MAX_TITLE_LENGTH) ?? null,
      vector,
    }));
    for (const batch of batchesOf(registered, MAX_CHUNKS)) registrations.push({ ...proof, chunks: batch });
  }
  return registrations;
}

/** The second part of a source and those after it are sources of their own: the registrar replaces a whole source. */
async function register(
  chain: DispatchChain,
  {
    source,
    title,
    model,
  }: { readonly source: string; readonly title: string | null; readonly model: string },
  registrations: readonly object[],
): Promise<RegisteredDocument | null> {
  let chunks = 0;
  let document_id: string | null = null;
  for (const [index, registration] of registrations.entries()) {
    const suffix = index === 0 ? '' : `, part ${index + 1}`;
    const request = {
      source: `${source.slice(0, MAX_SOURCE_LENGTH - suffix.length)}${suffix}`,
      title,
      model,
    };
    const registered = await chain.dispatch(
      'cap.research.register',
      { ...request, ...registration },
      registrationSummary,
    );
    if (registered === null) return null;
    document_id ??= registered.document_id;
    chunks += registered.chunks;
  }
  return document_id === null ? null : { document_id, source, title, chunks };
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

function hashSummary({ sha256, signing_key_id }: AnswerOf<'cap.doc.hash'>): string {
  return `${sha256.slice(0, 23)}…, signed with ${signing_key_id}`;
}

function registrationSummary({ document_id, chunks, replaced }: AnswerOf<'cap.research.register'>): string {
  const what = replaced ? ', replacing the earlier one from this source' : '';
  return `document ${document_id}, ${count(chunks, 'chunk')}${what}`;
}

/** The title of the page, else its first heading. */
function titleOf(page: Page, chunks: readonly Chunk[]): string | null {
  const heading = chunks.find((chunk) => chunk.heading !== null)?.heading?.split(' > ')[0];
  const title = (page.title ?? heading ?? '').trim();
  return title === '' ? null : title.slice(0, MAX_TITLE_LENGTH);
}

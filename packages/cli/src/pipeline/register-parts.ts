import { count } from '../print/layout.ts';
import type { DispatchChain } from './dispatch-chain.ts';
import { batchesOf } from './document/batches.ts';
import type { AnswerOf } from './worker-answers.ts';

/** A document that was registered. */
export interface RegisteredDocument {
  readonly document_id: string;
  readonly source: string;
  readonly title: string | null;
  readonly chunks: number;
}

/** A part of a document with its chunks and their vectors; most documents are one part. */
export interface Part {
  readonly text: string;
  readonly chunks: readonly (AnswerOf<'cap.doc.chunk'>['chunks'][number] & {
    readonly vector: readonly number[];
  })[];
}

/** The longest title or heading that is registered. */
export const MAX_TITLE_LENGTH = 1000;
/** The longest source that is registered. */
export const MAX_SOURCE_LENGTH = 2000;
/** The most chunks that the registrar takes in one request. */
const MAX_CHUNKS = 2000;

/** What all parts of a document share. */
interface Head {
  readonly source: string;
  readonly title: string | null;
  readonly model: string;
}

/** Has the parts of a document hashed, signed and registered; null if a dispatch did not succeed. */
export async function registerParts(
  chain: DispatchChain,
  head: Head,
  parts: readonly Part[],
): Promise<RegisteredDocument | null> {
  const registrations = await registrationsOf(chain, parts);
  return registrations === null ? null : register(chain, head, registrations);
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

/** A document of several parts says so: the registrar then removes what an earlier, longer one left. */
async function register(
  chain: DispatchChain,
  { source, title, model }: Head,
  registrations: readonly object[],
): Promise<RegisteredDocument | null> {
  const of = registrations.length;
  let chunks = 0;
  let document_id: string | null = null;
  for (const [index, registration] of registrations.entries()) {
    const part = of === 1 ? {} : { part: { number: index + 1, of } };
    const request = { source, ...part, title, model, ...registration };
    const registered = await chain.dispatch('cap.research.register', request, registrationSummary);
    if (registered === null) return null;
    document_id ??= registered.document_id;
    chunks += registered.chunks;
  }
  return document_id === null ? null : { document_id, source, title, chunks };
}

function hashSummary({ sha256, signing_key_id }: AnswerOf<'cap.doc.hash'>): string {
  return `${sha256.slice(0, 23)}…, signed with ${signing_key_id}`;
}

function registrationSummary({ document_id, chunks, replaced }: AnswerOf<'cap.research.register'>): string {
  const what = replaced ? ', replacing the earlier one from this source' : '';
  return `document ${document_id}, ${count(chunks, 'chunk')}${what}`;
}

import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Registration } from '../schema.ts';
import { inTransaction } from './database.ts';
import { indexedText } from './full-text-query.ts';
import type { Access } from './research-store.ts';
import { vectorBytes } from './vector-bytes.ts';

/** The outcome of writing a document. */
export type Written =
  | { readonly document_id: string; readonly chunks: number; readonly replaced: boolean }
  | 'other-dimensions';

/**
 * Writes a document, all of it or nothing. The same document again changes nothing; a changed one replaces
 * that of its source. All vectors of a model in a tenant have one length.
 */
export function writeDocument(db: DatabaseSync, access: Access, document: Registration): Written {
  return inTransaction(db, 'IMMEDIATE', () => {
    const content_hash = hash('sha256', JSON.stringify([access.label, document]), 'hex');
    const document_id = idOf(access, document);
    const chunks = document.chunks.length;
    const before = findDocument(db, access, document);
    if (before?.content_hash === content_hash) return { document_id, chunks, replaced: false };
    if (!hasDimensionsOfModel(db, access, document)) return 'other-dimensions';
    if (before !== undefined) deleteDocument(db, before.id);
    insertChunks(db, insertDocument(db, access, document, { document_id, content_hash }), document);
    return { document_id, chunks, replaced: before !== undefined };
  });
}

/** A document's id depends on its source and content, and reveals nothing of either. */
function idOf({ tenant }: Access, { source, sha256 }: Registration): string {
  const digest = hash('sha256', JSON.stringify([tenant, source, sha256.slice(-64)]), 'hex');
  return `doc-${digest.slice(0, 32)}`;
}

interface Found {
  readonly id: number;
  readonly content_hash: string;
}

function findDocument(db: DatabaseSync, { tenant }: Access, { source }: Registration): Found | undefined {
  const sql = 'SELECT id, content_hash FROM document WHERE tenant_id = ? AND source = ?';
  return db.prepare(sql).get(tenant, source) as Found | undefined;
}

function hasDimensionsOfModel(db: DatabaseSync, { tenant }: Access, document: Registration): boolean {
  const sql = 'SELECT dimensions FROM document WHERE tenant_id = ? AND model = ? AND source <> ? LIMIT 1';
  const other = db.prepare(sql).get(tenant, document.model, document.source);
  return other === undefined || other['dimensions'] === document.chunks[0]?.vector.length;
}

function deleteDocument(db: DatabaseSync, id: number): void {
  db.prepare('DELETE FROM chunk_words WHERE rowid IN (SELECT id FROM chunk WHERE document = ?)').run(id);
  db.prepare('DELETE FROM document WHERE id = ?').run(id);
}

function insertDocument(
  db: DatabaseSync,
  { tenant, label }: Access,
  { source, title, sha256, signature, model, chunks }: Registration,
  { document_id, content_hash }: { readonly document_id: string; readonly content_hash: string },
): number | bigint {
  const sql = `
    INSERT INTO document (document_id, tenant_id, source, data_label, title, sha256, signing_key_id,
      public_key, signature, model, dimensions, content_hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  const { signing_key_id = null, public_key = null, signature: signed = null } = signature ?? {};
  const dimensions = chunks[0]?.vector.length ?? 0;
  const origin = [document_id, tenant, source, label, title, sha256];
  const proof = [signing_key_id, public_key, signed];
  return db.prepare(sql).run(...origin, ...proof, model, dimensions, content_hash).lastInsertRowid;
}

function insertChunks(db: DatabaseSync, document: number | bigint, { title, chunks }: Registration): void {
  const insertChunk = db.prepare('INSERT INTO chunk (document, position, heading, text) VALUES (?, ?, ?, ?)');
  const insertWords = db.prepare('INSERT INTO chunk_words (rowid, title, heading, text) VALUES (?, ?, ?, ?)');
  const insertVector = db.prepare('INSERT INTO chunk_vector (chunk, document, vector) VALUES (?, ?, ?)');
  const indexedTitle = indexedText(title ?? '');
  for (const [position, { heading, text, vector }] of chunks.entries()) {
    const id = insertChunk.run(document, position, heading, text).lastInsertRowid;
    insertWords.run(id, indexedTitle, indexedText(heading ?? ''), indexedText(text));
    const bytes = vectorBytes(vector);
    // A vector without a direction is near to nothing.
    if (bytes !== null) insertVector.run(id, document, bytes);
  }
}

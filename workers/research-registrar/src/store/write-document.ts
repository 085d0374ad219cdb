import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Registration } from '../schema.ts';
import { inTransaction } from './database.ts';
import { documentId } from './document-id.ts';
import { indexedText } from './full-text-query.ts';
import type { Access } from './research-store.ts';
import { vectorBytes } from './vector-bytes.ts';

/** The outcome of writing a document. */
export type Written =
  | { readonly document_id: string; readonly chunks: number; readonly replaced: boolean }
  | 'other-dimensions';

/**
 * Writes a document, all of it or nothing. The same document again changes nothing; a changed one replaces
 * that of its source and part, and no later part stays than it has itself. All vectors of a model in a tenant have
 * one length.
 */
export function writeDocument(db: DatabaseSync, access: Access, document: Registration): Written {
  return inTransaction(db, 'IMMEDIATE', () => {
    const content_hash = hash('sha256', JSON.stringify([access.label, document]), 'hex');
    const place = placeOf(access, document);
    const document_id = documentId(access.tenant, { ...document, part: place.part });
    const chunks = document.chunks.length;
    const before = findDocument(db, place);
    const isSame = before?.content_hash === content_hash;
    if (!isSame && !hasDimensionsOfModel(db, place, document)) return 'other-dimensions';
    const isShorter = deleteLaterParts(db, place);
    if (isSame) return { document_id, chunks, replaced: isShorter };
    if (before !== undefined) deleteDocument(db, before.id);
    insertChunks(db, insertDocument(db, access, document, { document_id, content_hash }), document);
    return { document_id, chunks, replaced: isShorter || before !== undefined };
  });
}

/** Which part of which source a document is, and how many parts the source has now. */
interface Place {
  readonly tenant: string;
  readonly source: string;
  readonly part: number;
  readonly parts: number;
}

function placeOf({ tenant }: Access, { source, part }: Registration): Place {
  return { tenant, source, part: part?.number ?? 1, parts: part?.of ?? 1 };
}

interface Found {
  readonly id: number;
  readonly content_hash: string;
}

function findDocument(db: DatabaseSync, { tenant, source, part }: Place): Found | undefined {
  const sql = 'SELECT id, content_hash FROM document WHERE tenant_id = ? AND source = ? AND part = ?';
  return db.prepare(sql).get(tenant, source, part) as Found | undefined;
}

/** What this document replaces or removes does not count. */
function hasDimensionsOfModel(db: DatabaseSync, place: Place, { model, chunks }: Registration): boolean {
  const { tenant, source, part, parts } = place;
  const sql = `
    SELECT dimensions FROM document
    WHERE tenant_id = ? AND model = ? AND NOT (source = ? AND (part = ? OR part > ?)) LIMIT 1`;
  const other = db.prepare(sql).get(tenant, model, source, part, parts);
  return other === undefined || other['dimensions'] === chunks[0]?.vector.length;
}

/** Whether there were any: the document had more parts when it was registered before. */
function deleteLaterParts(db: DatabaseSync, { tenant, source, parts }: Place): boolean {
  const sql = 'SELECT id FROM document WHERE tenant_id = ? AND source = ? AND part > ?';
  const later = db.prepare(sql).all(tenant, source, parts);
  for (const { id } of later) deleteDocument(db, Number(id));
  return later.length > 0;
}

function deleteDocument(db: DatabaseSync, id: number): void {
  db.prepare('DELETE FROM chunk_words WHERE rowid IN (SELECT id FROM chunk WHERE document = ?)').run(id);
  db.prepare('DELETE FROM document WHERE id = ?').run(id);
}

function insertDocument(
  db: DatabaseSync,
  { tenant, label }: Access,
  { source, part, title, sha256, signature, model, chunks }: Registration,
  { document_id, content_hash }: { readonly document_id: string; readonly content_hash: string },
): number | bigint {
  const sql = `
    INSERT INTO document (document_id, tenant_id, source, part, data_label, title, sha256, signing_key_id,
      public_key, signature, model, dimensions, content_hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  const { signing_key_id = null, public_key = null, signature: signed = null } = signature ?? {};
  const dimensions = chunks[0]?.vector.length ?? 0;
  const origin = [document_id, tenant, source, part?.number ?? 1, label, title, sha256];
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

import type { DatabaseSync } from 'node:sqlite';
import type { Hit, Question } from '../schema.ts';
import { COSINE_DISTANCE } from './cosine-distance.ts';
import { inTransaction } from './database.ts';
import { fullTextQuery } from './full-text-query.ts';
import { fuseRanks } from './fuse-ranks.ts';
import type { Access } from './research-store.ts';
import { vectorBytes } from './vector-bytes.ts';

/** How many chunks each search brings for one that is requested. */
const CANDIDATES_PER_HIT = 4;
/** The fewest that each search brings. */
const MIN_CANDIDATES = 50;

/** The hits, or why the search is impossible. */
export type Found = readonly Hit[] | 'unknown-model' | 'other-dimensions';

/**
 * Searches a tenant's documents by words and, with a vector, by nearness too. A vector is compared only
 * with vectors of its own model, and is never ignored silently.
 */
export function search(db: DatabaseSync, access: Access, question: Question): Found {
  return inTransaction(db, 'DEFERRED', () => {
    const problem = vectorProblem(db, access, question);
    if (problem !== null) return problem;
    const limit = Math.max(MIN_CANDIDATES, CANDIDATES_PER_HIT * question.limit);
    const lists = [searchWords(db, access, question, limit), searchVectors(db, access, question, limit)];
    const best = fuseRanks(lists).slice(0, question.limit);
    const read = db.prepare(`
      SELECT document.document_id, source, title, heading, text
      FROM chunk JOIN document ON document.id = chunk.document WHERE chunk.id = ?`);
    return best.map(({ id, score }) => ({ ...(read.get(id) as unknown as Omit<Hit, 'score'>), score }));
  });
}

const VISIBLE = 'tenant_id = ? AND data_label <= ?';

function vectorProblem(db: DatabaseSync, { tenant, label }: Access, { vector, model }: Question) {
  if (vector === undefined || model === undefined) return null;
  const some = db.prepare(`SELECT 1 FROM document WHERE ${VISIBLE} LIMIT 1`).get(tenant, label);
  if (some === undefined) return null;
  const sql = `SELECT dimensions FROM document WHERE ${VISIBLE} AND model = ? LIMIT 1`;
  const known = db.prepare(sql).get(tenant, label, model);
  if (known === undefined) return 'unknown-model';
  return known['dimensions'] === vector.length ? null : 'other-dimensions';
}

/** A match in a title counts more than one in a heading, and that more than one in the text. */
function searchWords(db: DatabaseSync, { tenant, label }: Access, { query }: Question, limit: number) {
  const words = fullTextQuery(query);
  if (words === null) return [];
  const sql = `
    SELECT chunk.id FROM chunk_words
    JOIN chunk ON chunk.id = chunk_words.rowid JOIN document ON document.id = chunk.document
    WHERE chunk_words MATCH ? AND ${VISIBLE}
    ORDER BY bm25(chunk_words, 4, 2, 1), chunk.id LIMIT ?`;
  return idsOf(db.prepare(sql).all(words, tenant, label, limit));
}

function searchVectors(db: DatabaseSync, { tenant, label }: Access, question: Question, limit: number) {
  const bytes = question.vector === undefined ? null : vectorBytes(question.vector);
  if (bytes === null || question.model === undefined) return [];
  const sql = `
    SELECT chunk AS id FROM chunk_vector
    WHERE document IN (SELECT id FROM document WHERE ${VISIBLE} AND model = ?)
    ORDER BY ${COSINE_DISTANCE}(vector, ?), chunk LIMIT ?`;
  return idsOf(db.prepare(sql).all(tenant, label, question.model, bytes, limit));
}

function idsOf(rows: readonly Record<string, unknown>[]): number[] {
  return rows.map(({ id }) => Number(id));
}

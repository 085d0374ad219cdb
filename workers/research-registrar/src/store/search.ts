import type { DatabaseSync } from 'node:sqlite';
import { fullTextQuery } from '../full-text-query.ts';
import { fuseRanks } from '../fuse-ranks.ts';
import type { Hit, Question } from '../schema.ts';
import { vectorBytes } from '../vector-bytes.ts';
import type { Access } from './access.ts';
import { inTransaction } from './transaction.ts';

/** How many pieces each way of searching brings for one that is asked for. */
const SPARE = 4;
/** How many it brings at least. */
const LEAST = 50;

/** What was found, or why it cannot be looked for. */
export type Found = readonly Hit[] | 'unknown-model' | 'other-dimensions';

/**
 * Searches a tenant's documents by words and, where there is a vector, by nearness too. A vector is held
 * against vectors of its own model only, and never left aside in silence.
 */
export function search(db: DatabaseSync, access: Access, question: Question): Found {
  return inTransaction(db, 'DEFERRED', () => {
    const problem = vectorProblem(db, access, question);
    if (problem !== null) return problem;
    const most = Math.max(LEAST, SPARE * question.limit);
    const lists = [searchWords(db, access, question, most), searchVectors(db, access, question, most)];
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

/** A title that fits counts more than a heading, and that more than the text. */
function searchWords(db: DatabaseSync, { tenant, label }: Access, { query }: Question, most: number) {
  const words = fullTextQuery(query);
  if (words === null) return [];
  const sql = `
    SELECT chunk.id FROM chunk_words
    JOIN chunk ON chunk.id = chunk_words.rowid JOIN document ON document.id = chunk.document
    WHERE chunk_words MATCH ? AND ${VISIBLE}
    ORDER BY bm25(chunk_words, 4, 2, 1), chunk.id LIMIT ?`;
  return idsOf(db.prepare(sql).all(words, tenant, label, most));
}

function searchVectors(db: DatabaseSync, { tenant, label }: Access, question: Question, most: number) {
  const bytes = question.vector === undefined ? null : vectorBytes(question.vector);
  if (bytes === null || question.model === undefined) return [];
  const sql = `
    SELECT chunk AS id FROM chunk_vector
    WHERE document IN (SELECT id FROM document WHERE ${VISIBLE} AND model = ?)
    ORDER BY vec_distance_cosine(vector, ?), chunk LIMIT ?`;
  return idsOf(db.prepare(sql).all(tenant, label, question.model, bytes, most));
}

function idsOf(rows: readonly Record<string, unknown>[]): number[] {
  return rows.map(({ id }) => Number(id));
}

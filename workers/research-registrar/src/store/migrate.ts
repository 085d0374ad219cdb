import type { DatabaseSync } from 'node:sqlite';
import { documentId } from './document-id.ts';
import { indexedText } from './full-text-query.ts';
import { documentTable, MODEL_INDEX, VERSION, WORD_INDEX } from './tables.ts';

/** By version: what turns the tables of that version into those of the next. */
const MIGRATIONS: ReadonlyMap<number, (db: DatabaseSync) => void> = new Map([
  [1, indexWordsAgain],
  [2, divideIntoParts],
]);

/**
 * Brings the tables of an earlier version up to the present one. To be called in a transaction, while foreign keys
 * are not enforced: a table that others refer to is replaced.
 */
export function migrate(db: DatabaseSync, version: number): void {
  for (let from = version; from < VERSION; from += 1) MIGRATIONS.get(from)?.(db);
  db.exec(`PRAGMA user_version = ${VERSION}`);
}

/** Version 1 indexed the words of texts as SQLite divides them, which finds nothing in scripts without spaces. */
function indexWordsAgain(db: DatabaseSync): void {
  db.exec(`DROP TABLE chunk_words; ${WORD_INDEX}`);
  const chunks = db.prepare(`
    SELECT chunk.id, title, heading, text FROM chunk JOIN document ON document.id = chunk.document`);
  const insert = db.prepare('INSERT INTO chunk_words (rowid, title, heading, text) VALUES (?, ?, ?, ?)');
  for (const { id, ...texts } of chunks.iterate()) {
    const { title, heading, text } = texts as Readonly<Record<string, string | null>>;
    insert.run(Number(id), ...[title, heading, text].map((each) => indexedText(each ?? '')));
  }
}

const COLUMNS = `id, document_id, tenant_id, source, data_label, title, sha256, signing_key_id, public_key,
  signature, model, dimensions, content_hash`;

/** Version 2 knew no parts: whoever registered a long document gave each later part a source of its own. */
function divideIntoParts(db: DatabaseSync): void {
  db.exec(`
    ${documentTable('new_document')}
    INSERT INTO new_document (${COLUMNS}) SELECT ${COLUMNS} FROM document;
    DROP TABLE document;
    ALTER TABLE new_document RENAME TO document;
    ${MODEL_INDEX}`);
  const firstParts = db.prepare(`
    SELECT first.id, first.tenant_id AS tenant, first.source FROM document AS first
    JOIN document AS second ON second.tenant_id = first.tenant_id AND second.source = first.source || ', part 2'`);
  for (const first of firstParts.all() as unknown as FirstPart[]) joinParts(db, first);
}

interface FirstPart {
  readonly id: number;
  readonly tenant: string;
  readonly source: string;
}

/** Joins the sources "…, part 2" and so on to the first one, as long as they agree with it in everything they shared. */
function joinParts(db: DatabaseSync, { id, tenant, source }: FirstPart): void {
  const find = db.prepare(`
    SELECT later.id, later.sha256 FROM document AS later JOIN document AS first ON first.id = ?
    WHERE later.tenant_id = first.tenant_id AND later.source = ? AND later.data_label = first.data_label
      AND later.title IS first.title AND later.model = first.model
      AND later.signing_key_id IS first.signing_key_id`);
  const join = db.prepare('UPDATE document SET document_id = ?, source = ?, part = ? WHERE id = ?');
  for (let part = 2; ; part += 1) {
    const later = find.get(id, `${source}, part ${part}`) as { id: number; sha256: string } | undefined;
    if (later === undefined) return;
    join.run(documentId(tenant, { source, sha256: later.sha256, part }), source, part, later.id);
  }
}

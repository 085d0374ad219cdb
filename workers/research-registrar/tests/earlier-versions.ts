import { DatabaseSync } from 'node:sqlite';

const WORDS: Readonly<Record<1 | 2, string>> = {
  1: "tokenize = 'porter unicode61 remove_diacritics 2'",
  2: `tokenize = "porter unicode61 remove_diacritics 2 categories 'L* N* M* Co'"`,
};

/** The tables of an earlier version, word for word as that version created them. */
const tablesOf = (version: 1 | 2) => `
  CREATE TABLE document (
    id INTEGER PRIMARY KEY,
    document_id TEXT NOT NULL UNIQUE,
    tenant_id TEXT NOT NULL,
    source TEXT NOT NULL,
    data_label INTEGER NOT NULL,
    title TEXT,
    sha256 TEXT NOT NULL,
    signing_key_id TEXT,
    public_key TEXT,
    signature TEXT,
    model TEXT NOT NULL,
    dimensions INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    UNIQUE (tenant_id, source)
  ) STRICT;
  CREATE INDEX document_model ON document (tenant_id, model);
  CREATE TABLE chunk (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    heading TEXT,
    text TEXT NOT NULL,
    UNIQUE (document, position)
  ) STRICT;
  CREATE TABLE chunk_vector (
    chunk INTEGER PRIMARY KEY REFERENCES chunk (id) ON DELETE CASCADE,
    document INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    vector BLOB NOT NULL
  ) STRICT;
  CREATE INDEX chunk_vector_document ON chunk_vector (document);
  CREATE VIRTUAL TABLE chunk_words USING fts5 (
    title, heading, text,
    content = '', contentless_delete = 1,
    ${WORDS[version]}
  );
  PRAGMA application_id = 0x57435052;
  PRAGMA user_version = ${version};
`;

/** A document as an earlier version wrote it. */
export interface EarlierDocument {
  readonly document_id: string;
  readonly source: string;
  readonly title?: string | null;
  readonly sha256: string;
  readonly content_hash?: string;
  readonly signing_key_id?: string | null;
  readonly texts: readonly string[];
}

/** Creates a store of an earlier version with these documents of one tenant, each chunk with the vector (1, 0, 0). */
export function createEarlierStore(
  file: string,
  version: 1 | 2,
  documents: readonly EarlierDocument[],
): void {
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode = WAL; ${tablesOf(version)}`);
  for (const document of documents) insertEarlier(db, document);
  db.close();
}

function insertEarlier(db: DatabaseSync, document: EarlierDocument): void {
  const { document_id, source, title = null, sha256, content_hash = 'earlier', texts } = document;
  const { lastInsertRowid: id } = db
    .prepare(`
      INSERT INTO document (document_id, tenant_id, source, data_label, title, sha256, signing_key_id,
        model, dimensions, content_hash) VALUES (?, 'test-tenant', ?, 0, ?, ?, ?, 'test-3', 3, ?)`)
    .run(document_id, source, title, sha256, document.signing_key_id ?? null, content_hash);
  const vector = new Uint8Array(Float32Array.from([1, 0, 0]).buffer);
  for (const [position, text] of texts.entries()) {
    const chunk = db
      .prepare('INSERT INTO chunk (document, position, text) VALUES (?, ?, ?)')
      .run(id, position, text).lastInsertRowid;
    db.prepare('INSERT INTO chunk_words (rowid, title, heading, text) VALUES (?, ?, NULL, ?)').run(
      chunk,
      title,
      text,
    );
    db.prepare('INSERT INTO chunk_vector (chunk, document, vector) VALUES (?, ?, ?)').run(chunk, id, vector);
  }
}

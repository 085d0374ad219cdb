/** `WCPR`, in the header of each file of this worker. */
export const APPLICATION = 0x57435052;
/** The version of the tables below. */
export const VERSION = 3;

/** A document belongs to a tenant, which has each part of a source once; most documents are one part. */
export function documentTable(name: string): string {
  return `
  CREATE TABLE ${name} (
    id INTEGER PRIMARY KEY,
    document_id TEXT NOT NULL UNIQUE,
    tenant_id TEXT NOT NULL,
    source TEXT NOT NULL,
    part INTEGER NOT NULL DEFAULT 1,
    data_label INTEGER NOT NULL,
    title TEXT,
    sha256 TEXT NOT NULL,
    signing_key_id TEXT,
    public_key TEXT,
    signature TEXT,
    model TEXT NOT NULL,
    dimensions INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    UNIQUE (tenant_id, source, part)
  ) STRICT;`;
}

/** The index of the documents of a model. */
export const MODEL_INDEX = 'CREATE INDEX document_model ON document (tenant_id, model);';

/** The index of words, which has no text of its own, so that nothing is stored twice. */
export const WORD_INDEX = `
  CREATE VIRTUAL TABLE chunk_words USING fts5 (
    title, heading, text,
    content = '', contentless_delete = 1,
    tokenize = "porter unicode61 remove_diacritics 2 categories 'L* N* M* Co'"
  );`;

/** All tables of a new store. The chunks of a document carry the words and the vectors. */
export const TABLES = `
  ${documentTable('document')}
  ${MODEL_INDEX}
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
  ${WORD_INDEX}
  PRAGMA application_id = ${APPLICATION};
  PRAGMA user_version = ${VERSION};
`;
